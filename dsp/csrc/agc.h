/* agc.h  Automatic gain control of many ports: speech comes out about as loud, whoever speaks.
 *
 * The gain falls at once when speech is too loud and rises slowly while it is too faint; pauses leave it where it is,
 * so noise is not drawn up.  All is in whole numbers.
 */
#ifndef KMCC_AGC_H
#define KMCC_AGC_H

#include <stddef.h>
#include <stdint.h>

#define AGC_BLOCK 16u /* samples; what is run is a multiple */

struct agc;

size_t      agc_size(size_t ports);
struct agc *agc_init(void *memory, size_t ports);
void        agc_enable(struct agc *a, size_t port, int on); /* either forgets the gain */

/* `samples` A-law octets of a port, put right in place; nothing when it is off. */
void        agc_run(struct agc *a, size_t port, uint8_t *octets, size_t samples);

/* Gain of a port now, 65536 = 1. */
uint32_t    agc_gain(const struct agc *a, size_t port);

#endif
