"""The sentences of docs/VALIDATION.md: what its figures mean, and what they do not show."""

INTRODUCTION = """\
# Validation: how well minutes, hours and alerts agree with what happened

For whoever publishes the hours, or doubts them. `make validate` made this file; do not edit it.
What the words mean and how a minute is decided stands in [ANALYSIS.md](ANALYSIS.md), and how
infants, rooms and days are simulated in [SCENARIOS.md](SCENARIOS.md). Pouch is a research tool
and does not replace a thermometer."""

AIMS = """\
## Aims

Fixed before there was a method. The interval is of whole runs, drawn again and again, since the
minutes of one infant are no independent samples. For the worst situation wrong minutes are
taken to come by the quarter of an hour."""

FIGURES = """\
## Figures

Hours are confirmed contact minus the truth, per 24 hours with a band. What is unknown is not
counted as contact, so it pulls them down; the upper bound holds it."""

SITUATIONS = """\
## By situation

Each line is all runs of a situation. **!** marks one in which more than 2 % of the confident
minutes are wrong, or the truth lies outside the bounds on more than one day in twenty. kappa is
missing where only one state happened and was said: chance alone would agree."""

RIVALS = """\
## Other ways to decide

The same samples, decided otherwise. `Kappa ssc` asks of known minutes whether they were
contact; `all minutes` counts unknown as wrong, so that nobody wins by speaking of easy minutes
only. Hours are confirmed ones per 24 hours with a band. A method without a channel was not
fitted anew."""

ALERTS = """\
## Alerts

An event is ten minutes or more with the true core below the line while the band is on the
infant. It is caught by an alert of cold that stands within it or half an hour after it. A ring
is false if the core was not within 0.1 C of 36.5 C or below (for heat: of 37.5 C or above) at
any time from half an hour before it to ten minutes after, whichever line it is about: an infant
that is a little cold and was called very cold did need somebody. Only classes about the infant are
counted."""

BLAND_ALTMAN = """\
Agreement after Bland and Altman, over all days as they were, parts of days too; `--out` draws
it."""

CORE = """\
Minute by minute, wherever there is an estimate of the core: whether it is below a line when the
core is, and only then. No persistence and no doubt is asked for here, so this is what the estimate
by itself can do."""

GEARS = """\
## Firmware and its arithmetic

Most runs leave firmware and radio out and do only their arithmetic. These went through the
whole path as well: virtual chips, the unchanged firmware, flash, Bluetooth, collector and
store. Of these pairs only the firmware's runs count above."""

LIMITS = """\
## What this shows, and what it does not

Everything here is simulated. The people are equations of heat, cloth, touch and motion with
numbers from published studies, and the truth of every second is known because the simulator
made it. It shows how well the method decides in worlds like these, where it fails in them, what
each channel is worth, and that firmware, link, store and analysis fit together. It does not
show:

- how well it does on a real infant. No band has been worn by one, no electrode has touched real
  skin, and what the equations leave out, the method has not met;
- what was not looked at. While the method was made, several sets of numbers were tried on the
  held-out files and on infants of other seeds, and one was kept. All seeds here were first used
  after that; the files are the same, so their lines flatter a little;
- what the figures of a ward would be. Situations are chosen because they are hard. Each has two
  files, one to learn from and this one, with other people and other numbers; but both come from
  the same authors and the same physics, and what is wrong with the physics is wrong in both;
- anything about health. Alerts are held against a simulated core temperature, and the band
  measures chest skin.

Before figures such as these are quoted of people, they have to be measured on people, against
an observer minute by minute."""
