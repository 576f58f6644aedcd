/* banks.h  The detectors of an engine that have not yet moved to the listener, each switched on for some ports. */
#ifndef KMCC_BANKS_H
#define KMCC_BANKS_H

#include "detect.h"
#include "engine.h"

#define BANKS 3u /* by the number of their bit in DETECT_* */

struct banks {
	struct mfc *forward;
	struct mfc *backward;
	uint32_t    users[BANKS]; /* ports that have this bank on */
};

size_t banks_size(uint32_t which, size_t ports);
void   banks_init(struct banks *d, uint32_t which, void *memory, size_t ports);
void   banks_enable(struct banks *d, uint32_t which, size_t port, int on);

/* Feed one bank; nothing when no port uses it. */
size_t banks_feed(struct banks *d, uint32_t which, const int16_t *pcm, size_t samples, struct detection *out,
                  size_t room);

#endif
