/* fsk_clock.h  What the sender and the receiver of fsk.h share: tones, and time in 24ths of a sample. */
#ifndef KMCC_FSK_CLOCK_H
#define KMCC_FSK_CLOCK_H

#include "fsk.h"
#include "level.h"

#define FSK_UNITS 24  /* in a sample of 125 us: so that a bit is a whole number of them */
#define FSK_BIT   160 /* units: 1/1200 s */

static const float FSK_HZ[FSK_STANDARDS][2] = { /* of space and mark */
	[FSK_BELL202] = {2200.0f, 1200.0f},
	[FSK_V23] = {2100.0f, 1300.0f},
};

static inline uint32_t fsk_step(int standard, int bit)
{
	return level_step(FSK_HZ[standard][bit] / (float)FSK_UNITS);
}

#endif
