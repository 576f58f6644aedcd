/* detect.h  Detections, and the listener that makes them.
 *
 * A listener (listener.h) watches many ports for many detectors at once; its state is structure-of-arrays, so one
 * instruction serves many ports.
 */
#ifndef KMCC_DETECT_H
#define KMCC_DETECT_H

#include <stddef.h>
#include <stdint.h>

#define DETECT_MAX_SAMPLES 80u

struct detection {
	uint32_t port;
	uint16_t kind;    /* enum engine_event_kind of engine.h */
	uint16_t code;
	uint32_t offset;  /* sample of this feed after which it was certain, 1..samples */
	int32_t  a;
	int32_t  b;
};

/* The listener: A-law octets in, detections of all its detectors out.  `detectors` is a mask of DETECT_* (engine.h) of
 * those it is laid out for; the others cannot be switched on.  The caller owns the memory, 64-octet aligned. */
struct listener;
size_t           listener_size(size_t ports, uint32_t detectors);
struct listener *listener_init(void *memory, size_t ports, uint32_t detectors);

/* Switch one detector on or off, `which` being the number of its bit; either forgets what was heard. */
void             listener_enable(struct listener *l, uint32_t which, size_t port, int on);

/* What `out` must have room for: all that one block can bring. */
size_t           listener_room(const struct listener *l);

/* Hear up to `samples` octets of every port and return how many; fewer only when `out` may not hold what comes next.
 * alaw is [ports][stride].  *found detections are written, unordered; by `offset`, in samples from the call, a stable
 * sort puts them into an order that does not depend on how the octets were cut. */
size_t           listener_feed(struct listener *l, const uint8_t *alaw, size_t stride, size_t samples,
                               struct detection *out, size_t room, size_t *found);

/* Likewise with frames of E1 spans as on the wire, [ports / 32][span_octets] with 32 octets a sample: port 32 s + t is
 * timeslot t of span s.  The number of ports must be a multiple of 32. */
size_t           listener_feed_e1(struct listener *l, const uint8_t *frames, size_t span_octets, size_t samples,
                                  struct detection *out, size_t room, size_t *found);

/* One block of the listener's screen alone (screen.h), for tests and measurements: 32 rows of 64 A-law octets.
 * energy [32], power [tones][32]: mean square, 16-bit linear scale. */
void             screen_rows(const uint8_t *rows, size_t stride, const float *hz, size_t tones, float *energy,
                             float *power);

#endif
