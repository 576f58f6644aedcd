/* echo.c  The pool of line echo cancellers: who has one, octets in and out.  See echo.h. */
#include "echo.h"

#include "echo_group.h"
#include "echo_residue.h"
#include "g711.h"
#include "kernel.h"

#include <string.h>

#define NOBODY       UINT32_MAX
#define FRESH_DOUBT  3e-3f    /* an unknown line: gain of -1 dB */
#define HOLDING      1022.6f  /* -36 dBm0, of our units (G.168 7.4) */
#define RELEASE      250u     /* blocks: 250 ms */

struct echo_seat {
	uint32_t row;      /* of the speech, or NOBODY */
	uint32_t mode;
	uint32_t disabled; /* blocks of silence still to be heard before the canceller works again */
};

struct echo {
	size_t              seats;
	size_t              groups;
	echo_cancel        *cancel;
	struct echo_group  *group;
	struct echo_residue *residue;
	struct echo_seat   *seat;
	uint32_t           *users;  /* of each group */
};

static size_t groups_of(size_t cancellers)
{
	return (cancellers + ECHO_LANES - 1u) / ECHO_LANES;
}

size_t echo_size(size_t cancellers)
{
	const size_t groups = groups_of(cancellers);

	return kernel_lines(sizeof(struct echo)) + kernel_lines(groups * kernel_lines(sizeof(struct echo_group)))
	     + kernel_lines(groups * sizeof(struct echo_residue)) + kernel_lines(groups * ECHO_LANES * sizeof(struct echo_seat))
	     + kernel_lines(groups * sizeof(uint32_t));
}

int echo_choose(struct echo *e, enum echo_path path)
{
#ifdef ECHO_X86
	if (path == ECHO_AVX512 && __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bw"))
		e->cancel = echo_cancel_avx512;
	else if (path == ECHO_AVX2 && __builtin_cpu_supports("avx2"))
		e->cancel = echo_cancel_avx2;
	else
#endif
	if (path == ECHO_PLAIN)
		e->cancel = echo_cancel_plain;
	else
		return -1;
	return 0;
}

struct echo *echo_init(void *memory, size_t cancellers)
{
	struct echo *e = memory;
	uint8_t     *next = memory;

	memset(memory, 0, echo_size(cancellers));
	e->seats = cancellers;
	e->groups = groups_of(cancellers);
	next += kernel_lines(sizeof *e);
	e->group = (struct echo_group *)(void *)next;
	next += kernel_lines(e->groups * sizeof *e->group);
	e->residue = (struct echo_residue *)(void *)next;
	next += kernel_lines(e->groups * sizeof *e->residue);
	e->seat = (struct echo_seat *)(void *)next;
	next += kernel_lines(e->groups * ECHO_LANES * sizeof *e->seat);
	e->users = (uint32_t *)(void *)next;
	for (size_t i = 0; i < e->groups * ECHO_LANES; i++)
		e->seat[i].row = NOBODY;
	if (echo_choose(e, ECHO_AVX512) != 0 && echo_choose(e, ECHO_AVX2) != 0)
		(void)echo_choose(e, ECHO_PLAIN);
	return e;
}

static void forget(struct echo *e, size_t seat)
{
	struct echo_group *g = &e->group[seat / ECHO_LANES];
	const size_t       lane = seat % ECHO_LANES;

	for (size_t i = 0; i < ECHO_PAST + ECHO_LONGEST; i++)
		g->far[i][lane] = 0;
	for (size_t i = 0; i < ECHO_TAPS; i++) {
		g->taps[i][lane] = 0.0f;
		g->pairs[i / 2][lane] = 0;
	}
	for (size_t i = 0; i < ECHO_BLOCK; i++)
		g->lag[i][lane] = 0;
	g->learns[lane] = 0;
	g->doubt[lane] = FRESH_DOUBT;
	g->gain[lane] = 0.0f;
	g->loud[lane] = 0.0f;
	g->talk[lane] = 0.0f;
	g->near_echo[lane] = 0.0f;
	g->echo_echo[lane] = 0.0f;
	g->left_left[lane] = 0.0f;
	g->far_far[lane] = 0.0f;
	g->settling[lane] = 0.0f;
	echo_residue_forget(&e->residue[seat / ECHO_LANES], lane);
}

static size_t seat_of(const struct echo *e, uint32_t row)
{
	size_t seat = 0;

	while (seat < e->seats && e->seat[seat].row != row)
		seat++;
	return seat;
}

static void follow_mode(struct echo *e, size_t seat)
{
	struct echo_residue *r = &e->residue[seat / ECHO_LANES];
	const size_t         lane = seat % ECHO_LANES;
	const uint32_t       mode = e->seat[seat].mode;

	e->group[seat / ECHO_LANES].learns[lane] = mode != 0 && e->seat[seat].disabled == 0 ? -1 : 0;
	r->suppress[lane] = (mode & ECHO_SUPPRESS) != 0;
	r->comfort[lane] = (mode & ECHO_COMFORT) != 0;
}

static void leave(struct echo *e, size_t seat)
{
	if (seat == e->seats)
		return;
	e->seat[seat] = (struct echo_seat){.row = NOBODY};
	e->users[seat / ECHO_LANES]--;
	forget(e, seat);
}

int echo_switch(struct echo *e, uint32_t row, unsigned mode)
{
	size_t seat = seat_of(e, row);

	if (mode == 0) {
		leave(e, seat);
		return 0;
	}
	if (seat == e->seats) {
		seat = seat_of(e, NOBODY);
		if (seat == e->seats)
			return -1;
		forget(e, seat);
		e->seat[seat].row = row;
		e->users[seat / ECHO_LANES]++;
	}
	e->seat[seat].mode = mode;
	follow_mode(e, seat);
	return 0;
}

void echo_disable(struct echo *e, uint32_t row)
{
	const size_t seat = seat_of(e, row);

	if (seat == e->seats)
		return;
	e->seat[seat].disabled = RELEASE;
	follow_mode(e, seat);
}

/* Rows of samples in 13 bits become columns of a group. */
static void far_in(struct echo_group *g, size_t lane, const int16_t *pcm, size_t samples)
{
	int32_t before = g->far[ECHO_PAST - 1][lane];

	for (size_t i = 0; i < samples; i++) {
		const int32_t now = pcm[i] >> 3;

		g->far[ECHO_PAST + i][lane] = (int32_t)((uint32_t)before << 16) | (now & 0xFFFF);
		before = now;
	}
}

static float mean_square(const int16_t *pcm)
{
	int32_t sum = 0;

	for (size_t i = 0; i < ECHO_BLOCK; i++)
		sum += (pcm[i] >> 3) * (pcm[i] >> 3);
	return (float)sum * (1.0f / ECHO_BLOCK);
}

/* One block of a disabled canceller. */
static void hold(struct echo *e, size_t seat, const int16_t *sent, const int16_t *heard)
{
	struct echo_seat *s = &e->seat[seat];
	const int         quiet = mean_square(sent) < HOLDING && mean_square(heard) < HOLDING;

	s->disabled = quiet ? s->disabled - 1 : RELEASE;
	if (s->disabled == 0)
		follow_mode(e, seat);
}

typedef int16_t speech[ECHO_LANES][ECHO_LONGEST];

/* One block of every lane; what a disabled canceller heard goes on as it is. */
static void run_block(struct echo *e, size_t group, speech sent, speech heard, size_t at)
{
	struct echo_seat *seats = &e->seat[group * ECHO_LANES];
	struct echo_block b;
	int16_t           out[ECHO_BLOCK][ECHO_LANES];

	for (size_t lane = 0; lane < ECHO_LANES; lane++)
		for (size_t i = 0; i < ECHO_BLOCK; i++)
			b.near[i][lane] = heard[lane][at + i] >> 3;
	e->cancel(&e->group[group], (uint32_t)(ECHO_PAST + at), &b);
	echo_residue_block(&e->residue[group], &b, out);
	for (size_t lane = 0; lane < ECHO_LANES; lane++)
		if (seats[lane].disabled > 0)
			hold(e, group * ECHO_LANES + lane, sent[lane] + at, heard[lane] + at);
		else
			for (size_t i = 0; i < ECHO_BLOCK; i++)
				heard[lane][at + i] = out[i][lane];
}

static void feed_group(struct echo *e, size_t group, const uint8_t *sent, uint8_t *heard, size_t samples)
{
	struct echo_group      *g = &e->group[group];
	const struct echo_seat *seats = &e->seat[group * ECHO_LANES];
	speech                  out = {{0}};
	speech                  in = {{0}};

	for (size_t lane = 0; lane < ECHO_LANES; lane++) {
		if (seats[lane].row == NOBODY)
			continue;
		g711_alaw_decode(out[lane], sent + seats[lane].row * samples, samples);
		g711_alaw_decode(in[lane], heard + seats[lane].row * samples, samples);
		far_in(g, lane, out[lane], samples);
	}
	for (size_t at = 0; at < samples; at += ECHO_BLOCK)
		run_block(e, group, out, in, at);
	memmove(g->far, g->far + samples, ECHO_PAST * sizeof g->far[0]);
	for (size_t lane = 0; lane < ECHO_LANES; lane++)
		if (seats[lane].row != NOBODY)
			g711_alaw_encode(heard + seats[lane].row * samples, in[lane], samples);
}

void echo_feed(struct echo *e, const uint8_t *sent, uint8_t *heard, size_t samples)
{
	for (size_t group = 0; group < e->groups; group++)
		if (e->users[group] > 0)
			feed_group(e, group, sent, heard, samples);
}
