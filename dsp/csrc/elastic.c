/* elastic.c  See elastic.h. */
#include "elastic.h"

#include <string.h>

#define ONE            65536    /* a frame, in the unit of the delay */
#define NS_A_FRAME     125000
#define SMOOTHING      16       /* ticks */
#define MULTIFRAME     16u      /* frames: what is thrown away is a multiple, so that the alignment stands */

void elastic_init(struct elastic *s, const struct elastic_config *config)
{
	memset(s, 0, sizeof *s);
	s->config = *config;
}

void elastic_reset(struct elastic *s)
{
	s->state = ELASTIC_DEAD;
	s->counted.is_alive = 0;
	s->read = s->written;
	s->took_ns = 0;
}

/* Frames times 2^16 between the coming of the next frame to be read and now. */
static int64_t delay_at(const struct elastic *s, uint64_t at_ns)
{
	const int64_t since_ns = (int64_t)(at_ns - s->last_ns);

	return (int64_t)(s->written - s->read) * ONE + since_ns * ONE / NS_A_FRAME;
}

static void skip(struct elastic *s, uint64_t frames)
{
	s->read += frames;
	s->counted.discarded += frames;
	s->delay -= (int64_t)frames * ONE;
}

/* Whole frames that are missing between two ticks, when that is no drift: half a tick or more. */
static int64_t given_up(const struct elastic *s, uint64_t from_ns, uint64_t to_ns, uint32_t frames)
{
	const int64_t gap = ((int64_t)(to_ns - from_ns) + NS_A_FRAME / 2) / NS_A_FRAME - (int64_t)frames;

	return gap >= (int64_t)(s->config.samples / 2) || gap <= -(int64_t)(s->config.samples / 2) ? gap : 0;
}

static void move_centre(struct elastic *s, int64_t frames)
{
	s->centre += frames;
	s->delay += frames * ONE;
}

void elastic_wrote(struct elastic *s, uint32_t frames, uint64_t at_ns)
{
	if (s->state == ELASTIC_RUNNING)
		move_centre(s, -given_up(s, s->last_ns, at_ns, frames));
	s->written += frames;
	s->last_ns = at_ns;
	if (s->state == ELASTIC_DEAD) {
		s->state = ELASTIC_FILLING;
		s->read = s->written - frames;
	}
	if (s->written - s->read > ELASTIC_FRAMES) { /* the reader has stood still */
		const uint64_t excess = s->written - s->read - s->config.depth;

		skip(s, excess / MULTIFRAME * MULTIFRAME);
	}
}

static int is_dead(const struct elastic *s, uint64_t at_ns)
{
	return (int64_t)(at_ns - s->last_ns) > (int64_t)s->config.dead_ns;
}

/* Begins when the delay is long enough, with the frame that makes it just so long. */
static int is_filled(struct elastic *s, uint64_t at_ns)
{
	const int64_t surplus = delay_at(s, at_ns) - (int64_t)s->config.depth * ONE;

	if (surplus < 0 || s->written - s->read < s->config.samples)
		return 0;

	const uint64_t whole = (uint64_t)(surplus / ONE);
	const uint64_t most = s->written - s->read - s->config.samples;

	s->read += whole < most ? whole : most;
	s->centre = s->config.depth;
	s->delay = delay_at(s, at_ns);
	s->state = ELASTIC_RUNNING;
	s->counted.is_alive = 1;
	s->counted.fills++;
	return 1;
}

static struct elastic_take nothing(struct elastic *s, uint32_t what)
{
	s->counted.idle += what == ELASTIC_IDLE;
	return (struct elastic_take){.from = s->read, .what = what};
}

/* The delay is longer than it may become: back to where it began. */
static void shorten(struct elastic *s)
{
	const uint64_t held = s->written - s->read;
	uint64_t       excess;

	if (s->centre <= s->config.deepest)
		return;
	excess = (uint64_t)(s->centre - s->config.depth) / MULTIFRAME * MULTIFRAME;
	if (held < excess + s->config.samples)
		return; /* they have not come yet */
	s->centre -= (int64_t)excess;
	skip(s, excess);
}

static uint32_t slip(struct elastic *s)
{
	const int64_t off = s->delay - s->centre * ONE;

	if (off <= -ONE && s->read > 0) {
		s->read--;
		s->delay += ONE;
		s->counted.repeated++;
		return ELASTIC_REPEAT;
	}
	if (off >= ONE && s->written - s->read > s->config.samples) {
		s->read++;
		s->delay -= ONE;
		s->counted.dropped++;
		return ELASTIC_DROP;
	}
	return ELASTIC_GIVE;
}

struct elastic_take elastic_take(struct elastic *s, uint64_t at_ns)
{
	struct elastic_take take;

	if (s->state == ELASTIC_DEAD || is_dead(s, at_ns)) {
		elastic_reset(s);
		return nothing(s, ELASTIC_SILENT);
	}
	if (s->state == ELASTIC_FILLING && !is_filled(s, at_ns))
		return nothing(s, ELASTIC_SILENT);
	if (s->took_ns != 0)
		move_centre(s, given_up(s, s->took_ns, at_ns, s->config.samples));
	s->took_ns = at_ns;
	shorten(s);
	if (s->written - s->read < s->config.samples) {
		move_centre(s, s->config.samples);
		return nothing(s, ELASTIC_IDLE);
	}
	s->delay += (delay_at(s, at_ns) - s->delay) / SMOOTHING;
	s->counted.delay_ns = s->delay > 0 ? (uint64_t)s->delay * NS_A_FRAME / ONE : 0;
	take.what = slip(s);
	take.from = s->read;
	take.reserved = 0;
	s->read += s->config.samples;
	return take;
}

int64_t elastic_behind(const struct elastic *s)
{
	return s->state == ELASTIC_RUNNING ? (s->delay - s->centre * ONE) * NS_A_FRAME / ONE : 0;
}
