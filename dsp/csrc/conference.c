/* conference.c  Who is heard in a conference and how loud: gain of each member, and only the loudest where so ordered.
 *
 * What a member says is weighed before matrix.c adds it up, so that everybody still hears the sum of the others.
 * A member who comes among the loudest or leaves them is faded within the frame.
 */
#include "engine_state.h"

#define UNITY      ENGINE_UNITY
#define UNITY_BITS 12u
#define STAYS      1u  /* who is heard counts twice as loud, 3 dB: the choice does not flutter */
#define DECAY      10u /* a level falls by 1/1024 a sample: 128 ms */
#define A_LAW_LOW  3   /* bits of a 16-bit sample that A-law never sets */

void conference_gain(struct engine *e, uint32_t port, uint32_t gain)
{
	struct matrix *m = &e->matrix;

	if (gain > ENGINE_MOST_GAIN)
		return;
	m->weighed += (uint32_t)(gain != UNITY) - (uint32_t)(m->gain[port] != UNITY);
	m->gain[port] = (int32_t)gain;
}

void conference_loudest(struct engine *e, uint32_t conference, uint32_t most)
{
	struct matrix *m = &e->matrix;

	if (most > ENGINE_MOST_LOUDEST)
		return;
	for (uint32_t port = 0; m->most[conference] == 0 && port < e->ports; port++)
		if (m->conference[port] == conference)
			m->chosen[port] = 1; /* all were heard until now */
	m->limited += (uint32_t)(most != 0) - (uint32_t)(m->most[conference] != 0);
	m->most[conference] = (uint8_t)most;
}

void conference_forget(struct engine *e, uint32_t port)
{
	e->matrix.level[port] = 0;
	e->matrix.chosen[port] = 0;
}

static void amplify(int16_t *pcm, int32_t gain, uint32_t samples)
{
	for (uint32_t i = 0; i < samples; i++) {
		const int32_t loud = (pcm[i] * gain + UNITY / 2) >> UNITY_BITS;

		pcm[i] = (int16_t)(loud > INT16_MAX ? INT16_MAX : loud < INT16_MIN ? INT16_MIN : loud);
	}
}

static uint32_t energy_of(const int16_t *pcm, uint32_t samples)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i < samples; i++)
		sum += (uint32_t)((pcm[i] >> A_LAW_LOW) * (pcm[i] >> A_LAW_LOW));
	return sum;
}

static uint64_t score(const struct matrix *m, uint32_t port)
{
	return (uint64_t)m->level[port] << (m->chosen[port] ? STAYS : 0);
}

/* Enter a member into the list of the loudest of its conference; of equals the lower port comes first. */
static void rank(struct engine *e, uint32_t port)
{
	struct matrix *m = &e->matrix;
	const uint32_t most = m->most[m->conference[port]];
	uint32_t      *list = m->loudest + (size_t)m->conference[port] * ENGINE_MOST_LOUDEST;
	uint32_t       place = most;

	while (place > 0 && (list[place - 1] == ENGINE_NONE || score(m, port) > score(m, list[place - 1])))
		place--;
	for (uint32_t i = most; i-- > place + 1;)
		list[i] = list[i - 1];
	if (place < most)
		list[place] = port;
}

static int is_loudest(const struct matrix *m, uint32_t port)
{
	const uint32_t  conference = m->conference[port];
	const uint32_t *list = m->loudest + (size_t)conference * ENGINE_MOST_LOUDEST;
	int             found = 0;

	for (uint32_t i = 0; i < m->most[conference]; i++)
		found |= list[i] == port;
	return found;
}

static void fade(int16_t *pcm, int was, int is, uint32_t samples)
{
	for (uint32_t i = 0; i < samples; i++) {
		const uint32_t share = (was ? samples - 1 - i : 0) + (is ? i + 1 : 0); /* of all samples */

		pcm[i] = (int16_t)(pcm[i] * (int32_t)share / (int32_t)samples);
	}
}

static void measure(struct engine *e, uint32_t port)
{
	struct matrix *m = &e->matrix;
	const uint32_t samples = e->config.tick_samples;
	const uint32_t energy = energy_of(engine_heard(e, port), samples) / samples;
	const uint32_t rest = m->level[port] - (uint32_t)((uint64_t)m->level[port] * samples >> DECAY);

	m->level[port] = energy > rest ? energy : rest;
	rank(e, port);
}

static int is_limited(const struct matrix *m, uint32_t port)
{
	const int speaks_to_all = !(m->aside[port] & ENGINE_ASIDE_SPEAKS); /* a whisper takes nobody's place */

	return speaks_to_all && m->conference[port] != ENGINE_NONE && m->most[m->conference[port]] > 0;
}

static void choose(struct engine *e)
{
	struct matrix *m = &e->matrix;

	for (size_t i = 0; i < (size_t)e->config.conferences * ENGINE_MOST_LOUDEST; i++)
		m->loudest[i] = ENGINE_NONE;
	for (uint32_t port = 0; port < e->ports; port++)
		if (is_limited(m, port))
			measure(e, port);
	for (uint32_t port = 0; port < e->ports; port++) {
		if (!is_limited(m, port))
			continue;
		const int is = is_loudest(m, port);

		if (!is || !m->chosen[port])
			fade(engine_heard(e, port), m->chosen[port], is, e->config.tick_samples);
		m->chosen[port] = (uint8_t)is;
	}
}

void conference_weigh(struct engine *e)
{
	struct matrix *m = &e->matrix;

	for (uint32_t port = 0; m->weighed > 0 && port < e->ports; port++)
		if (m->gain[port] != UNITY && m->conference[port] != ENGINE_NONE)
			amplify(engine_heard(e, port), m->gain[port], e->config.tick_samples);
	if (m->limited > 0)
		choose(e);
}
