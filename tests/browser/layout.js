// What is wrong with a page's layout, one line each. Evaluated in the page by layout.py.
(() => {
  const TARGET_PX = 44;
  // Browsers round to device pixels.
  const SLACK_PX = 1;
  const ACTIVE =
    "a[href], button, input:not([type=hidden]), select, textarea, summary," +
    ' [tabindex]:not([tabindex="-1"])';

  const name = (element) => {
    const text = (element.getAttribute("aria-label") || element.innerText || element.value || "")
      .trim().replace(/\s+/g, " ").slice(0, 40);
    const type = element.getAttribute("type");
    const id = element.id ? `#${element.id}` : "";
    const classes = typeof element.className === "string" && element.className
      ? `.${element.className.trim().split(/\s+/).join(".")}` : "";
    return `<${element.localName}${type ? ` ${type}` : ""}${id}${classes}> "${text}"`;
  };

  const visible = (element) =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
    element.getClientRects().length > 0;

  // Made for readers of the screen's text: clipped to a point on purpose.
  const onlySpoken = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const style = getComputedStyle(one);
      const box = one.getBoundingClientRect();
      if (style.position === "absolute" && box.width <= 2 && box.height <= 2) return true;
      if (style.clipPath !== "none" && style.position === "absolute") return true;
    }
    return false;
  };

  const scrolls = (element) => {
    const style = getComputedStyle(element);
    return [style.overflowX, style.overflowY].some((how) => how === "auto" || how === "scroll");
  };

  const scroller = (element) => {
    for (let one = element.parentElement; one; one = one.parentElement) {
      if (one !== document.documentElement && one !== document.body && scrolls(one)) return one;
    }
    return null;
  };

  // A field is as large as it and its labels together: a tap on the label does the same.
  const target = (element) => {
    const boxes = [element, ...(element.labels || [])].filter(visible)
      .map((one) => one.getBoundingClientRect());
    const left = Math.min(...boxes.map((box) => box.left));
    const top = Math.min(...boxes.map((box) => box.top));
    const right = Math.max(...boxes.map((box) => box.right));
    const bottom = Math.max(...boxes.map((box) => box.bottom));
    return { left, top, right, bottom, width: right - left, height: bottom - top };
  };

  // The link past the head waits outside the window until it has the focus.
  const waits = (element) => element.matches("body > a[href^='#']:first-of-type");

  const reachable = () => {
    const front = document.querySelector("dialog:modal");
    return [...(front || document).querySelectorAll(ACTIVE)].filter(
      (element) =>
        !element.disabled && visible(element) && !element.closest("[inert]") &&
        (!onlySpoken(element) || waits(element) || [...(element.labels || [])].some(visible)),
    );
  };
  // What of it can be seen within the box that it scrolls in; null if it is scrolled out of sight.
  const inSight = (element, box) => {
    const frame = scroller(element);
    if (!frame) return box;
    const view = frame.getBoundingClientRect();
    const seen = {
      left: Math.max(box.left, view.left), right: Math.min(box.right, view.right),
      top: Math.max(box.top, view.top), bottom: Math.min(box.bottom, view.bottom),
    };
    return seen.left < seen.right && seen.top < seen.bottom ? seen : null;
  };

  const active = () => reachable().filter((element) => !waits(element));

  const tooWide = () => {
    const page = document.scrollingElement;
    const found = [];
    if (page.scrollWidth > page.clientWidth + SLACK_PX) {
      found.push(`the page is ${page.scrollWidth} px wide in a window of ${page.clientWidth}`);
    }
    for (const element of document.body.querySelectorAll("*")) {
      if (!visible(element) || onlySpoken(element) || scroller(element) || waits(element)) continue;
      if (element.closest("svg") && element.localName !== "svg") continue;
      const box = element.getBoundingClientRect();
      if (box.right > page.clientWidth + SLACK_PX || box.left < -SLACK_PX) {
        found.push(`${name(element)} reaches beyond the window: ${box.left}..${box.right}`);
      }
    }
    return found.slice(0, 6);
  };

  const cut = () => {
    const found = [];
    for (const element of document.body.querySelectorAll("*")) {
      if (!element.innerText || !visible(element) || onlySpoken(element)) continue;
      const style = getComputedStyle(element);
      const hides = (how) => how === "hidden" || how === "clip";
      const wide = element.scrollWidth > element.clientWidth + SLACK_PX;
      const high = element.scrollHeight > element.clientHeight + SLACK_PX;
      if (style.display === "inline") continue;
      if (hides(style.overflowX) && wide) found.push(`${name(element)} is cut at its side`);
      if (hides(style.overflowY) && high) found.push(`${name(element)} is cut below`);
    }
    return found;
  };

  const tooSmall = () =>
    active().flatMap((element) => {
      const box = target(element);
      // A link within a sentence is as high as its line (WCAG 2.5.8 leaves those out too).
      const within = element.localName === "a" && getComputedStyle(element).display === "inline" &&
        element.closest("p, li, td, dd") && element.closest("p, li, td, dd").innerText.trim() !==
        element.innerText.trim();
      const small = box.width < TARGET_PX - SLACK_PX || box.height < TARGET_PX - SLACK_PX;
      return small && !within
        ? [`${name(element)} is ${Math.round(box.width)} by ${Math.round(box.height)} px`] : [];
    });

  const overlapping = () => {
    const found = [];
    // What sticks to the window lies over what scrolls below it; `covered` looks at those.
    const layer = (element) => {
      for (let one = element; one; one = one.parentElement) {
        if (["fixed", "sticky"].includes(getComputedStyle(one).position)) return one;
      }
      return null;
    };
    const all = active()
      .map((element) => [element, inSight(element, target(element)), layer(element)])
      .filter(([, box]) => box);
    all.forEach(([one, a, above], index) => {
      for (const [other, b, its] of all.slice(index + 1)) {
        if (above !== its || one.contains(other) || other.contains(one)) continue;
        const labels = [...(one.labels || []), ...(other.labels || [])];
        if (labels.some((label) => label.contains(one) && label.contains(other))) continue;
        const x = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const y = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (x > SLACK_PX && y > SLACK_PX) found.push(`${name(one)} overlaps ${name(other)}`);
      }
    });
    return found;
  };

  // Scrolled to, each can be hit in its middle: nothing lies over it.
  const covered = () => {
    const at = [scrollX, scrollY];
    const found = active().flatMap((element) => {
      const shown = onlySpoken(element) ? element.labels[0] : element;
      shown.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
      const box = shown.getClientRects()[0];
      const hit = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
      const fine = hit && (shown.contains(hit) || hit.contains(shown) ||
        [...(element.labels || [])].some((label) => label.contains(hit)));
      return fine ? [] : [`${name(element)} is covered by ${hit ? name(hit) : "nothing there"}`];
    });
    scrollTo({ left: at[0], top: at[1], behavior: "instant" });
    return found;
  };

  // For the walk by Tab: who has to be reached, whether each looks different with the focus on it.
  const looks = (element) => {
    const look = (one) => {
      const style = getComputedStyle(one);
      const outline = style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 1
        ? "" : `${style.outlineStyle} ${style.outlineWidth} ${style.outlineColor}`;
      return [outline, style.boxShadow, style.borderColor, style.backgroundColor].join("|");
    };
    const seen = [element, ...(element.labels || [])];
    if (element.parentElement) seen.push(element.parentElement);
    if (element.nextElementSibling) seen.push(element.nextElementSibling);
    return seen.map(look).join(" ");
  };

  const state = { left: new Map() };
  const begin = () => {
    document.activeElement.blur();
    state.left = new Map(reachable().map((element) => [element, looks(element)]));
    scrollTo(0, 0);
    return state.left.size;
  };
  // Note where the focus is; return what is wrong with how it shows, or "", and how many are left.
  const step = () => {
    const fault = look(document.activeElement);
    return [fault, state.left.size];
  };
  const look = (element) => {
    if (!state.left.has(element)) return "";
    const before = state.left.get(element);
    state.left.delete(element);
    // One Tab stop for a group of radio buttons; arrows go on from there.
    if (element.type === "radio") {
      for (const one of [...state.left.keys()]) {
        if (one.type === "radio" && one.name === element.name && one.form === element.form) {
          state.left.delete(one);
        }
      }
    }
    return looks(element) === before ? `${name(element)} shows no focus` : "";
  };
  const unreached = () =>
    [...state.left.keys()].filter(visible).map((element) => `${name(element)} is not reached by Tab`);

  window.pouchLayout = {
    faults: () => [
      ...tooWide(), ...cut(), ...tooSmall(), ...overlapping(), ...covered(),
    ],
    begin, step, unreached,
  };
})();
