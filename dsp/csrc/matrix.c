/* matrix.c  Links copy octets; conferences send every member the sum of what the others say.
 *
 * Who speaks aside is in a second sum, which only those are sent who hear asides: a supervisor's whisper to a seat.
 */
#include "cpu.h"
#include "engine_state.h"
#include "g711.h"

#include <string.h>

void matrix_unlink(struct engine *e, uint32_t port)
{
	struct matrix *m = &e->matrix;

	if (m->conference[port] != ENGINE_NONE)
		m->members[m->conference[port]]--;
	m->conference[port] = ENGINE_NONE;
	conference_forget(e, port);
	m->link[port] = ENGINE_NONE;
}

void matrix_link(struct engine *e, uint32_t port, uint32_t source)
{
	matrix_unlink(e, port);
	e->matrix.link[port] = source;
}

void matrix_join(struct engine *e, uint32_t port, uint32_t conference)
{
	matrix_unlink(e, port);
	e->matrix.conference[port] = conference;
	e->matrix.members[conference]++;
}

void matrix_aside(struct engine *e, uint32_t port, uint32_t mask)
{
	struct matrix *m = &e->matrix;

	if (mask > (ENGINE_ASIDE_SPEAKS | ENGINE_ASIDE_HEARS))
		return;
	m->asides += (uint32_t)(mask != 0) - (uint32_t)(m->aside[port] != 0);
	m->aside[port] = (uint8_t)mask;
}

static int32_t *sum_of(const struct engine *e, uint32_t conference)
{
	return e->matrix.sum + (size_t)conference * e->config.tick_samples;
}

static int32_t *whispered_in(const struct engine *e, uint32_t conference)
{
	return e->matrix.whispered + (size_t)conference * e->config.tick_samples;
}

CPU_BODY void add(int32_t *restrict sum, const int16_t *restrict says, size_t samples)
{
	for (size_t i = 0; i < samples; i++)
		sum[i] += says[i];
}

CPU_CLONES(matrix_add, add, (int32_t *sum, const int16_t *says, size_t samples), (sum, says, samples))

/* What all say but oneself, saturated. */
CPU_BODY void others_of(int16_t *restrict others, const int32_t *restrict sum, const int16_t *restrict own, size_t samples)
{
	for (size_t i = 0; i < samples; i++) {
		const int32_t rest = sum[i] - own[i];
		const int32_t low = rest < INT16_MAX ? rest : INT16_MAX;

		others[i] = (int16_t)(low > INT16_MIN ? low : INT16_MIN);
	}
}

CPU_CLONES(matrix_others, others_of, (int16_t *others, const int32_t *sum, const int16_t *own, size_t samples),
                  (others, sum, own, samples))

void matrix_sum(struct engine *e)
{
	const struct matrix *m = &e->matrix;
	const uint32_t       samples = e->config.tick_samples;

	for (uint32_t conference = 0; conference < e->config.conferences; conference++) {
		if (m->members[conference] == 0)
			continue;
		memset(sum_of(e, conference), 0, samples * sizeof *m->sum);
		if (m->asides > 0)
			memset(whispered_in(e, conference), 0, samples * sizeof *m->whispered);
	}
	for (uint32_t port = 0; port < e->ports; port++) {
		const int16_t *says = engine_heard(e, port);

		if (m->conference[port] == ENGINE_NONE)
			continue;
		if (m->aside[port] & ENGINE_ASIDE_SPEAKS)
			matrix_add(whispered_in(e, m->conference[port]), says, samples);
		else
			matrix_add(sum_of(e, m->conference[port]), says, samples);
	}
}

/* All that a member with an aside is to hear, and what it says itself, which is taken off later. */
static void sum_aside(const struct engine *e, uint32_t port, int32_t *all)
{
	const uint32_t conference = e->matrix.conference[port];
	const int32_t *sum = sum_of(e, conference);
	const int32_t *whispered = whispered_in(e, conference);
	const int16_t *own = engine_heard(e, port);
	const int      hears = (e->matrix.aside[port] & ENGINE_ASIDE_HEARS) != 0;

	for (uint32_t i = 0; i < e->config.tick_samples; i++)
		all[i] = sum[i] + (hears ? whispered[i] : own[i]);
}

static void send_conference(struct engine *e, uint32_t port, uint32_t from)
{
	const uint32_t samples = e->config.tick_samples;
	const uint32_t aside = e->matrix.aside[port];
	const int32_t *sum = sum_of(e, e->matrix.conference[port]);
	const int16_t *own = engine_heard(e, port);
	int16_t        others[DETECT_MAX_SAMPLES];
	int32_t        all[DETECT_MAX_SAMPLES];

	if (aside != 0) {
		sum_aside(e, port, all);
		sum = all;
	}
	matrix_others(others + from, sum + from, own + from, samples - from);
	g711_alaw_encode(engine_row(e, e->sent, port) + from, others + from, samples - from);
}

void matrix_send(struct engine *e, uint32_t port, uint32_t from)
{
	const uint32_t source = e->matrix.link[port];
	const uint32_t octets = e->config.tick_samples - from;
	uint8_t       *out = engine_row(e, e->sent, port) + from;

	if (octets == 0)
		return;
	if (e->matrix.conference[port] != ENGINE_NONE)
		send_conference(e, port, from);
	else if (source != ENGINE_NONE)
		memcpy(out, engine_says(e, source) + from, octets);
	else
		memset(out, ENGINE_IDLE, octets);
}
