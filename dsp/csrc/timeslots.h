/* timeslots.h  Octets of E1 frames to one row a timeslot, and back. */
#ifndef KMCC_TIMESLOTS_H
#define KMCC_TIMESLOTS_H

#include <stddef.h>
#include <stdint.h>

#define TIMESLOTS 32u

/* frames is [samples][32] as on the wire; timeslot t's row begins at rows[t * stride]. */
void timeslots_to_rows(uint8_t *rows, size_t stride, const uint8_t *frames, size_t samples);
void timeslots_from_rows(uint8_t *frames, const uint8_t *rows, size_t stride, size_t samples);

#endif
