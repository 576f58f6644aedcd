/* detectors.h  All detectors there are, by the number of their bit in DETECT_* (engine.h). */
#ifndef KMCC_DETECTORS_H
#define KMCC_DETECTORS_H

#include "listener.h"

#define DETECTORS 10u

extern const struct detector BEEP;
extern const struct detector DTMF;
extern const struct detector FAXTONE;
extern const struct detector MFC_FORWARD;
extern const struct detector MFC_BACKWARD;
extern const struct detector PROGRESS;
extern const struct detector SUPERVISORY;
extern const struct detector VOICE;
extern const struct detector FSK_BELL202_RECEIVER;
extern const struct detector FSK_V23_RECEIVER;

extern const struct detector *const DETECTOR[DETECTORS];

#endif
