/* meter.h  Level meters of many ports: mean and active speech level (ITU-T P.56 method B, in steps of 2 ms). */
#ifndef KMCC_METER_H
#define KMCC_METER_H

#include <stddef.h>
#include <stdint.h>

#define METER_BLOCK      16u /* samples; what is run is a multiple */
enum { METER_THRESHOLDS = 15 }; /* 1, 2, 4 ... 16384 of 16-bit samples */

/* Since the meter was switched on. */
struct meter_reading {
	uint64_t samples;
	uint64_t squares;                  /* sum of the squares of the samples */
	uint64_t active[METER_THRESHOLDS]; /* samples for which the envelope, or its hangover, is above */
	uint64_t recent;                   /* mean square of the last 128 ms or so, times 2^16 */
};

struct meter;

size_t        meter_size(size_t ports);
struct meter *meter_init(void *memory, size_t ports);
void          meter_enable(struct meter *m, size_t port, int on); /* on begins anew */
void          meter_run(struct meter *m, size_t port, const uint8_t *octets, size_t samples);

/* All of one moment, also from another thread than that of meter_run. */
void          meter_read(const struct meter *m, size_t port, struct meter_reading *out);

#endif
