/* echo.h  Line echo cancellers of 32 ms for ports with a hybrid (ITU-T G.168), sixteen worked on at once.
 *
 * A canceller takes what was sent to a port and what the port heard since, and leaves what was said there: the echo
 * is subtracted, what is left of it is suppressed while nobody speaks at the near end (the non-linear processor), and
 * comfort noise like the background fills the gap.  Ports share a pool; one without a canceller costs nothing.
 * Every machine leaves the same octets, however the speech is cut into feeds of whole blocks.
 */
#ifndef KMCC_ECHO_H
#define KMCC_ECHO_H

#include <stddef.h>
#include <stdint.h>

enum echo_mode { ECHO_CANCEL = 1, ECHO_SUPPRESS = 2, ECHO_COMFORT = 4 }; /* a mask; without the first all is off */

struct echo;

/* Memory for so many cancellers (64-octet aligned), all free. */
size_t       echo_size(size_t cancellers);
struct echo *echo_init(void *memory, size_t cancellers);

/* Give row `row` of the speech a canceller, change its mode, or take it away (mode off).  Taken away and given again
 * it has forgotten the line.  -1 when none is free. */
int          echo_switch(struct echo *e, uint32_t row, unsigned mode);

/* Tone disabler (G.168 clause 7): a modem's 2100 Hz with phase reversals was heard on the row; what is heard is left
 * as it is until both directions have been below -36 dBm0 for 250 ms. */
void         echo_disable(struct echo *e, uint32_t row);

/* samples: 16, 32, 48, 64 or 80.  sent[row][samples] went out just before heard[row][samples] came in, A-law;
 * heard is put right in place. */
void         echo_feed(struct echo *e, const uint8_t *sent, uint8_t *heard, size_t samples);

#endif
