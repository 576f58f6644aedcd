/* detectors.c  See detectors.h. */
#include "detectors.h"

const struct detector *const DETECTOR[DETECTORS] = {
	/* DETECT_DTMF         */ &DTMF,
	/* DETECT_MFC_FORWARD  */ &MFC_FORWARD,
	/* DETECT_MFC_BACKWARD */ &MFC_BACKWARD,
	/* DETECT_PROGRESS     */ &PROGRESS,
	/* DETECT_VOICE        */ &VOICE,
	/* DETECT_FAX          */ &FAXTONE,
	/* DETECT_FSK_BELL202  */ &FSK_BELL202_RECEIVER,
	/* DETECT_FSK_V23      */ &FSK_V23_RECEIVER,
	/* DETECT_BEEP         */ &BEEP,
	/* DETECT_SUPERVISORY  */ &SUPERVISORY,
};
