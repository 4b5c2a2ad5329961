"""Find what a page says that does not come out of a catalogue.

Templates are looked at as they are written, so that no branch goes unseen; pages as they come out
of the application, so that nothing is missed that is put together on the way.
"""

import re
from html.parser import HTMLParser

import jinja2
from jinja2 import nodes

# What is the same in every language: the product's name, signs of units, stars of priority.
SAME_EVERYWHERE = {"Pouch", "C", "F", "V", "SSC", "QR", "API", "PIN", "CSV", "HTTPS", "USB"}
# Attributes that are shown or read out.
_SAYING = {"alt", "title", "placeholder", "aria-label", "aria-description", "label"}
# Of these, what they hold is a code, a command or a value of the store.
_NOT_WORDS = {"script", "style", "code", "bdi", "kbd"}
_VOID = {
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source",
    "track", "wbr",
}  # fmt: skip
# Macros and blocks that write attributes which only a script or the server reads.
_FOR_MACHINES = {"_marks", "_named", "body_attributes"}
# Filters that show what they are given.
_PASSED_THROUGH = {"default", "d", "upper", "lower", "capitalize", "title", "trim", "safe"}
_WORD = re.compile(r"[^\W\d_]+")
# Stands for what an expression brings in.
_VALUE = "\ufffc"

ENVIRONMENT = jinja2.Environment(autoescape=True, extensions=["jinja2.ext.i18n"])


def hard_coded(source):
    """Return the words that a template says by itself.

    Args:
        source: its text.
    """
    return words_of(_as_html(source))


def words_in(*texts):
    """Return the words of some texts."""
    return {word for text in texts for word in _WORD.findall(text)}


def words_of(html, allowed=frozenset(), texts_allowed=frozenset()):
    """Return the words that HTML says outside of brackets ⟦ ⟧, in order.

    Args:
        html: a page or a part of one.
        allowed: words that may stand there.
        texts_allowed: what an element may hold as a whole.
    """
    found = _Said()
    found.feed(html)
    found.close()
    # A sentence may run through several elements, so that its brackets close in another one.
    shown = [text for text in found.texts if text.strip() not in texts_allowed]
    texts = ["\n".join(shown), *found.attributes]
    return [
        word
        for text in texts
        for word in _WORD.findall(_outside_brackets(text))
        if word not in SAME_EVERYWHERE and word not in allowed
    ]


def attributes_of(html):
    """Return (element, attribute, value) of all that only a browser or a script reads."""
    found = _Said()
    found.feed(html)
    found.close()
    return found.read_by_machines


class _Said(HTMLParser):
    """Collects what is shown or read out."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.texts = []
        self.attributes = []
        self.read_by_machines = []
        self._open = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        for name, value in attrs:
            saying = name in _SAYING or self._says(tag, name, given)
            if saying:
                self.attributes.append(value or "")
            else:
                self.read_by_machines.append((tag, name, value or ""))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data):
        if not _NOT_WORDS.intersection(self._open):
            self.texts.append(data)

    @staticmethod
    def _says(tag, name, given):
        if tag == "input" and name == "value":
            return given.get("type") in ("submit", "button", "reset")
        if tag == "meta" and name == "content":
            return given.get("name") in ("description", "apple-mobile-web-app-title")
        return False


def _outside_brackets(text):
    kept, depth = [], 0
    for letter in text:
        depth += letter == "⟦"
        kept.append(letter if depth == 0 else " ")
        depth -= letter == "⟧"
    assert depth == 0, text
    return "".join(kept)


def _as_html(source):
    """Return a template with each expression replaced by the words that it says by itself."""
    html, expression, block = [], None, None
    left_out = ""  # The tag that ends what is not looked at.
    for _, kind, value in ENVIRONMENT.lex(source):
        if kind == "variable_begin":
            expression = []
        elif kind == "variable_end":
            html.append("" if left_out else _own_words("".join(expression or [])))
            expression = None
        elif kind == "block_begin":
            block = []
        elif kind == "block_end":
            left_out = _left_out(block or [], left_out)
            block = None
        elif expression is not None:
            expression.append(value)
        elif block is not None:
            block.append(value)
        elif kind == "data" and not left_out:
            html.append(value)
    return "".join(html)


def _left_out(block, until):
    """Return the tag up to which nothing is looked at, after a block's own tag."""
    words = [word for word in block if word.strip()]
    if until:
        return "" if words[0] == until else until
    if words[0] == "trans":
        return "endtrans"
    if words[0] in ("macro", "block") and words[1] in _FOR_MACHINES:
        return f"end{words[0]}"
    return ""


def _own_words(expression):
    tree = ENVIRONMENT.parse("{{ " + expression + " }}")
    output = next(tree.find_all(nodes.Output))
    words: list[str] = [word for node in output.nodes for word in _literals(node)]
    return " ".join([_VALUE, *words, _VALUE])


def _literals(node):
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.value
    for child in _shown_parts(node):
        if child is not None:
            yield from _literals(child)


def _shown_parts(node):
    """Return what an expression shows as it is: what goes into a call does not count."""
    if isinstance(node, nodes.CondExpr):
        return [node.expr1, node.expr2]
    if isinstance(node, nodes.Add | nodes.Or | nodes.And):
        return [node.left, node.right]
    if isinstance(node, nodes.Concat):
        return node.nodes
    if isinstance(node, nodes.Filter) and node.name in _PASSED_THROUGH:
        return [node.node, *node.args]
    return []
