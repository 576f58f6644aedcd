/* speech.c  What others hear of a port: usually what it receives; with a gain control about as loud as others; with a
 * guard late enough that keys can be muted.
 *
 * The guard keeps speech back for so long that a key which is heard has not yet left; then silence leaves
 * instead, until all of the key is past.
 */
#include "dtmf.h"
#include "engine_state.h"

#include <string.h>

static void note_change(struct engine *e, uint32_t port)
{
	e->speech.alters[port] = e->speech.late[port] > 0 || e->speech.agc_on[port];
}

void speech_guard(struct engine *e, uint32_t port, uint32_t ms)
{
	struct speech *s = &e->speech;
	const uint32_t samples = e->config.tick_samples;
	const uint32_t ticks = (ms * ENGINE_SAMPLES_MS + samples - 1) / samples;

	s->ends[port] = ms == 0;
	if (ms > ENGINE_GUARD_MS || ms == 0 || s->late[port] == ticks * samples)
		return;
	s->late[port] = (uint16_t)(ticks * samples);
	s->mute[port] = 0;
	memset(s->past + (size_t)port * SPEECH_PAST, ENGINE_IDLE, SPEECH_PAST);
	note_change(e, port);
}

void speech_agc(struct engine *e, uint32_t port, int on)
{
	if (e->speech.agc_on[port] == on)
		return;
	e->speech.agc_on[port] = (uint8_t)on;
	agc_enable(e->agc, port, on);
	note_change(e, port);
}

void speech_meter(struct engine *e, uint32_t port, int on)
{
	e->meters += (uint32_t)on - e->metered[port];
	e->metered[port] = (uint8_t)on;
	meter_enable(e->meter, port, on);
}

void speech_keyed(struct engine *e, const struct detection *what)
{
	if (what->kind == EV_DTMF_ON)
		e->speech.keyed[what->port] = 1;
	else if (what->kind == EV_DTMF_OFF)
		e->speech.keyed[what->port] = 0;
}

/* A late guard waits until the key is certain and takes nothing from speech; an early one goes by the suspicion. */
static int is_keyed(const struct engine *e, uint32_t port)
{
	if (!(e->detect[port] & DETECT_DTMF))
		return 0;
	if (e->speech.late[port] >= ENGINE_CERTAIN_MS * ENGINE_SAMPLES_MS)
		return e->speech.keyed[port];
	return dtmf_suspects(e->listener, port / DTMF_GROUP) >> port % DTMF_GROUP & 1;
}

/* The frame into the past, and out of it the one that is `late` samples old. */
static void delay(struct engine *e, uint32_t port)
{
	struct speech *s = &e->speech;
	const uint32_t samples = e->config.tick_samples;
	const uint32_t now = (uint32_t)(e->now % SPEECH_PAST);
	uint8_t       *past = s->past + (size_t)port * SPEECH_PAST;
	uint8_t       *says = engine_says(e, port);

	memcpy(past + now, says, samples);
	memcpy(says, past + (now + SPEECH_PAST - s->late[port]) % SPEECH_PAST, samples);
}

/* A guard that was taken away stays until the key that is heard, and what was kept back of it, are past. */
static int is_over(const struct engine *e, uint32_t port)
{
	return e->speech.ends[port] && e->speech.mute[port] == 0 && !is_keyed(e, port);
}

static void guard(struct engine *e, uint32_t port)
{
	struct speech *s = &e->speech;
	const uint32_t samples = e->config.tick_samples;

	delay(e, port);
	if (is_keyed(e, port))
		s->mute[port] = (uint16_t)(s->late[port] / samples + 1);
	if (s->mute[port] == 0)
		return;
	s->mute[port]--;
	memset(engine_says(e, port), ENGINE_IDLE, samples);
}

void speech_run(struct engine *e, uint32_t port)
{
	const uint32_t samples = e->config.tick_samples;

	memcpy(engine_says(e, port), engine_row(e, e->received, port), samples);
	agc_run(e->agc, port, engine_says(e, port), samples);
	if (is_over(e, port))
		e->speech.late[port] = 0;
	note_change(e, port);
	if (e->speech.late[port] > 0)
		guard(e, port);
}
