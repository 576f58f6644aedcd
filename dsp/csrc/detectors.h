/* detectors.h  The detector banks of an engine, each switched on for some ports. */
#ifndef KMCC_DETECTORS_H
#define KMCC_DETECTORS_H

#include "detect.h"
#include "engine.h"

#define DETECTORS 5u

struct detectors {
	struct dtmf     *dtmf;
	struct mfc      *forward;
	struct mfc      *backward;
	struct progress *progress;
	struct voice    *voice;
	uint32_t         users[DETECTORS]; /* ports that have this bank on, by bit of DETECT_* */
};

/* Octets of the bank behind bit `which` of DETECT_*, and its making. */
size_t detectors_size(uint32_t which, size_t ports);
void   detectors_init(struct detectors *d, uint32_t which, void *memory, size_t ports);

void   detectors_enable(struct detectors *d, uint32_t which, size_t port, int on);

/* Feed one bank; nothing when no port uses it. */
size_t detectors_feed(struct detectors *d, uint32_t which, const int16_t *pcm, size_t samples, struct detection *out,
                      size_t room);

#endif
