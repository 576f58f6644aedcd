"""Loss of echo of our canceller beside speexdsp's, over time and right after both have spoken; both in A-law."""

import numpy as np
from tests.dsp.echo_lines import AFTER_S, LINES, WINDOWS_S, line, losses, ours_said, rival_said
from tests.dsp.quality.sheet import Sheet
from tests.dsp.two_wire import loss_db
from tests.peers.speexdsp import load_speexdsp

RIVAL = "speexdsp"
GOALS_DB = (20.0, 28.0, 32.0, 32.0)  # of WINDOWS_S
AFTER_GOAL_DB = 30.0
STEPS_S = tuple(np.arange(0, 4, 0.25))


def test_loss_of_echo(sheet: Sheet) -> None:
    """Means of three lines of 12 dB return loss; 8, 16 and 24 ms; -16, -20 and -12 dBm0."""
    speex = load_speexdsp()
    found: dict[str, list[list[float]]] = {"ours": [], "rival": []}
    curves: dict[str, list[list[float]]] = {"ours": [], "rival": []}
    for number in range(len(LINES)):
        sent, echo, near = line(number)
        for who, alone, both in (
            ("ours", ours_said(sent, echo), ours_said(sent, echo + near)),
            ("rival", rival_said(speex, sent, echo), rival_said(speex, sent, echo + near)),
        ):
            found[who].append(losses(echo, alone, 0 * near, WINDOWS_S) + losses(echo, both, near, (AFTER_S,)))
            curves[who].append([loss_db(echo, alone, at, at + 0.25) for at in STEPS_S])
    ours, rival = (np.mean(found[who], axis=0) for who in ("ours", "rival"))
    names = [f"loss of echo {begin}-{end} s" for begin, end in WINDOWS_S] + ["loss in the second after both spoke"]
    for name, mine, theirs, goal in zip(names, ours, rival, (*GOALS_DB, AFTER_GOAL_DB), strict=True):
        sheet.row("echo", f"{name} (beside {RIVAL})", mine, f">= {goal:g}", rival=theirs, unit="dB")
        assert mine >= goal, name
    sheet.sweep(
        "echo",
        "convergence",
        x_label="s of the call",
        x=STEPS_S,
        y_label="loss of echo, dB",
        ours=np.mean(curves["ours"], axis=0).tolist(),
        rival=np.mean(curves["rival"], axis=0).tolist(),
        rival_name=RIVAL,
    )
