/* generator.h  Two-frequency tones with a cadence, on many ports at once.
 *
 * Phase is a 32-bit fraction of a turn, so a tone never drifts and any two machines make the same octets.
 */
#ifndef KMCC_GENERATOR_H
#define KMCC_GENERATOR_H

#include "engine.h"

struct generator;

size_t            generator_size(size_t ports);
struct generator *generator_init(void *memory, size_t ports);
void              generator_start(struct generator *g, size_t port, const struct engine_tone *tone);
void              generator_stop(struct generator *g, size_t port);
int               generator_active(const struct generator *g, size_t port);

/* The port heard this kind of event: its tone ends if it was to be sent until then. */
void              generator_hear(struct generator *g, size_t port, uint32_t kind);

/* The next `samples` of one port into pcm; 1 when the tone came to its end within them (the rest is silence). */
int               generator_run(struct generator *g, size_t port, int16_t *pcm, size_t samples);

#endif
