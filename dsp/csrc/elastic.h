/* elastic.h  The elastic store between two clocks: frames come by the one and are taken by the other (G.823, Q.541).
 *
 * This is the control alone, without the octets: all spans and lines of a board have one clock, so one control serves all
 * their stores.  Frames are counted for ever; which of them are read next is the control's decision.
 *
 * The delay of the store, from the time by which a frame had come to that by which it is taken, is known to a fraction of a
 * frame, for each writing has its time.  It shall stand at `centre`.  When the clocks differ it wanders, and once it is a
 * whole frame off, one frame is repeated or dropped: a controlled slip (G.822), after which the delay is at the centre
 * again, so that another slip needs another frame's worth of drift.  Frames come and go in ticks, and either side may be
 * late; that is what the delay is for.  A tick that does not find its frames is idle, and the centre moves by a tick: from
 * then on the store copes with such lateness.  When the delay would be too long, it is shortened at once by whole
 * multiframes.  Ticks that a side has given up move the centre too: they are no drift.  Without any frame for `dead_ns` the
 * line is dead, and filled anew when frames come again.
 */
#ifndef KMCC_ELASTIC_H
#define KMCC_ELASTIC_H

#include <stddef.h>
#include <stdint.h>

#define ELASTIC_FRAMES 1024u /* that a store holds, a power of two: 128 ms */

struct elastic_config {
	uint32_t samples; /* frames a tick */
	uint32_t depth;   /* frames of delay to begin with; two ticks and what either side may be late */
	uint32_t deepest; /* frames; a longer delay goes back to depth */
	uint32_t reserved;
	uint64_t dead_ns;
};

struct elastic_counters {
	uint64_t repeated;  /* slips: frames taken twice */
	uint64_t dropped;   /* slips: frames passed over */
	uint64_t idle;      /* ticks that did not find their frames */
	uint64_t discarded; /* frames thrown away because the delay had become too long */
	uint64_t fills;     /* times that the store was filled from the beginning */
	uint64_t delay_ns;  /* now, smoothed */
	uint64_t is_alive;  /* 1: frames come */
};

enum elastic_state { ELASTIC_DEAD, ELASTIC_FILLING, ELASTIC_RUNNING };
enum elastic_what { ELASTIC_GIVE, ELASTIC_REPEAT, ELASTIC_DROP, ELASTIC_IDLE, ELASTIC_SILENT };

/* What a tick takes: `samples` frames from number `from` on.  REPEAT: the first of them was taken before.  DROP: frame
 * from - 1 was not.  IDLE: nothing has come in time.  SILENT: the line is dead, or not yet filled. */
struct elastic_take {
	uint64_t from;
	uint32_t what;
	uint32_t reserved;
};

struct elastic {
	struct elastic_config   config;
	struct elastic_counters counted;
	uint64_t                written; /* frames */
	uint64_t                read;
	uint64_t                last_ns; /* when the last of the written had come */
	uint64_t                took_ns; /* when the last tick took its frames */
	int64_t                 delay;   /* smoothed, frames times 2^16 */
	int64_t                 centre;  /* frames */
	uint32_t                state;
	uint32_t                reserved;
};

void elastic_init(struct elastic *s, const struct elastic_config *config);

/* Forget what is in the store: what comes now is of another sender. */
void elastic_reset(struct elastic *s);

/* So many frames more were written, the last of which had come at `at_ns`. */
void elastic_wrote(struct elastic *s, uint32_t frames, uint64_t at_ns);

/* The tick at `at_ns` takes its frames. */
struct elastic_take elastic_take(struct elastic *s, uint64_t at_ns);

/* How much longer than its centre the delay is, in ns: what a reader that follows the writer's clock shall make up. */
int64_t elastic_behind(const struct elastic *s);

#endif
