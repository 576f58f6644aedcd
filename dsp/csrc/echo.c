/* echo.c  The pool of line echo cancellers: who has one, octets in and out.  See echo.h. */
#include "echo.h"

#include "cpu.h"
#include "echo_group.h"
#include "echo_residue.h"
#include "g711.h"
#include "kernel.h"

#include <string.h>

#define NOBODY       UINT32_MAX
#define ALAW_SILENCE 0xD5
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

static echo_work *const WORK[CPU_ISAS] = {
	[CPU_PLAIN] = echo_work_plain,
#ifdef ECHO_X86
	[CPU_SSE2] = echo_work_sse2,
	[CPU_AVX2] = echo_work_avx2,
	[CPU_AVX512] = echo_work_avx512,
#endif
};

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
	r->suppress[lane] = mode & ECHO_SUPPRESS ? -1 : 0;
	r->comfort[lane] = mode & ECHO_COMFORT ? -1 : 0;
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

	if (!(mode & ECHO_CANCEL)) {
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

/* Speech of a group, a sample of every lane in each row. */
typedef uint8_t octet_rows[ECHO_LONGEST][ECHO_LANES];
typedef int16_t sample_rows[ECHO_LONGEST][ECHO_LANES];

typedef uint8_t sixteen __attribute__((vector_size(16)));

/* Sixteen octets of each of sixteen: the first of all, the second of all...  Four times halves are interleaved. */
static void transpose(sixteen x[16])
{
	sixteen y[16];

	for (int round = 0; round < 4; round++) {
		for (int i = 0; i < 8; i++) {
			y[2 * i] = __builtin_shufflevector(x[i], x[i + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22,
			                                   7, 23);
			y[2 * i + 1] = __builtin_shufflevector(x[i], x[i + 8], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29,
			                                       14, 30, 15, 31);
		}
		memcpy(x, y, sizeof y);
	}
}

/* The rows that the seats' ports have become the group's columns; an empty seat hears silence. */
static void gather(octet_rows to, const uint8_t *rows, const struct echo_seat *seats, size_t samples)
{
	sixteen x[16];

	for (size_t at = 0; at < samples; at += 16) {
		for (size_t lane = 0; lane < ECHO_LANES; lane++)
			if (seats[lane].row == NOBODY)
				memset(&x[lane], ALAW_SILENCE, 16);
			else
				memcpy(&x[lane], rows + seats[lane].row * samples + at, 16);
		transpose(x);
		memcpy(to[at], x, sizeof x);
	}
}

static void scatter(uint8_t *rows, octet_rows from, const struct echo_seat *seats, size_t samples)
{
	sixteen x[16];

	for (size_t at = 0; at < samples; at += 16) {
		memcpy(x, from[at], sizeof x);
		transpose(x);
		for (size_t lane = 0; lane < ECHO_LANES; lane++)
			if (seats[lane].row != NOBODY)
				memcpy(rows + seats[lane].row * samples + at, &x[lane], 16);
	}
}

/* Each sample in 13 bits, with the one before it in the upper half. */
CPU_BODY void pair_samples(struct echo_group *g, sample_rows sent, size_t samples)
{
	for (size_t i = 0; i < samples; i++)
		for (size_t lane = 0; lane < ECHO_LANES; lane++)
			g->far[ECHO_PAST + i][lane] = (int32_t)((uint32_t)g->far[ECHO_PAST + i - 1][lane] << 16)
			                            | ((sent[i][lane] >> 3) & 0xFFFF);
}

CPU_CLONES(echo_pair_up, pair_samples, (struct echo_group *g, sample_rows sent, size_t samples), (g, sent, samples))

static float mean_square(const int16_t pcm[][ECHO_LANES], size_t lane)
{
	int32_t sum = 0;

	for (size_t i = 0; i < ECHO_BLOCK; i++)
		sum += (pcm[i][lane] >> 3) * (pcm[i][lane] >> 3);
	return (float)sum * (1.0f / ECHO_BLOCK);
}

/* A block of the disabled cancellers: what was heard goes on as it is. */
static void hold(struct echo *e, size_t group, int16_t sent[][ECHO_LANES], int16_t heard[][ECHO_LANES],
                 struct echo_block *b)
{
	for (size_t lane = 0; lane < ECHO_LANES; lane++) {
		struct echo_seat *s = &e->seat[group * ECHO_LANES + lane];
		const int quiet = mean_square(sent, lane) < HOLDING && mean_square(heard, lane) < HOLDING;

		if (s->disabled == 0)
			continue;
		for (size_t i = 0; i < ECHO_BLOCK; i++)
			b->said[i][lane] = heard[i][lane];
		s->disabled = quiet ? s->disabled - 1 : RELEASE;
		if (s->disabled == 0)
			follow_mode(e, group * ECHO_LANES + lane);
	}
}

static int any_disabled(const struct echo_seat *seats)
{
	uint32_t disabled = 0;

	for (size_t lane = 0; lane < ECHO_LANES; lane++)
		disabled |= seats[lane].disabled;
	return disabled != 0;
}

static void run_block(struct echo *e, size_t group, sample_rows sent, sample_rows heard, size_t at)
{
	struct echo_block b;

	for (size_t i = 0; i < ECHO_BLOCK; i++)
		for (size_t lane = 0; lane < ECHO_LANES; lane++)
			b.near[i][lane] = heard[at + i][lane] >> 3;
	WORK[cpu_isa()](&e->group[group], &e->residue[group], (uint32_t)(ECHO_PAST + at), &b);
	if (any_disabled(&e->seat[group * ECHO_LANES]))
		hold(e, group, sent + at, heard + at, &b);
	for (size_t i = 0; i < ECHO_BLOCK; i++)
		for (size_t lane = 0; lane < ECHO_LANES; lane++)
			heard[at + i][lane] = (int16_t)b.said[i][lane];
}

static void feed_group(struct echo *e, size_t group, const uint8_t *sent, uint8_t *heard, size_t samples)
{
	struct echo_group      *g = &e->group[group];
	const struct echo_seat *seats = &e->seat[group * ECHO_LANES];
	octet_rows              octets;
	sample_rows             out;
	sample_rows             in;

	gather(octets, sent, seats, samples);
	g711_alaw_decode(out[0], octets[0], samples * ECHO_LANES);
	gather(octets, heard, seats, samples);
	g711_alaw_decode(in[0], octets[0], samples * ECHO_LANES);
	echo_pair_up(g, out, samples);
	for (size_t at = 0; at < samples; at += ECHO_BLOCK)
		run_block(e, group, out, in, at);
	memmove(g->far, g->far + samples, ECHO_PAST * sizeof g->far[0]);
	g711_alaw_encode(octets[0], in[0], samples * ECHO_LANES);
	scatter(heard, octets, seats, samples);
}

void echo_feed(struct echo *e, const uint8_t *sent, uint8_t *heard, size_t samples)
{
	for (size_t group = 0; group < e->groups; group++)
		if (e->users[group] > 0)
			feed_group(e, group, sent, heard, samples);
}
