/* engine.c  The tick: commands, received frames, detectors, speech to send, frames to send, events. */
#include "engine.h"

#include "detectors.h"
#include "engine_state.h"
#include "g711.h"

#include <string.h>

int engine_post(struct engine *e, const struct engine_command *command)
{
	return command_push(e->command_ring, e->commands, command);
}

uint64_t engine_taken(const struct engine *e)
{
	return __atomic_load_n(&e->taken, __ATOMIC_ACQUIRE);
}

uint32_t engine_events(struct engine *e, struct engine_event *out, uint32_t room)
{
	return event_pop(e->event_ring, e->events, out, room);
}

void engine_level(const struct engine *e, uint32_t port, struct meter_reading *out)
{
	meter_read(e->meter, port, out);
}

uint64_t engine_now(const struct engine *e)
{
	return __atomic_load_n(&e->now, __ATOMIC_ACQUIRE);
}

static size_t span_octets(const struct engine *e)
{
	return (size_t)e->config.tick_samples * ENGINE_TIMESLOTS;
}

uint8_t *engine_span_rx(struct engine *e, uint32_t span)
{
	return e->span_rx + span * span_octets(e);
}

const uint8_t *engine_span_tx(const struct engine *e, uint32_t span)
{
	return e->span_tx + span * span_octets(e);
}

uint8_t *engine_line_rx(struct engine *e, uint32_t line)
{
	return engine_row(e, e->line_rx, line);
}

const uint8_t *engine_line_tx(const struct engine *e, uint32_t line)
{
	return engine_row(e, e->sent, e->first_line + line);
}

void engine_line_signal(struct engine *e, uint32_t line, uint8_t bits)
{
	e->line_in[line] = bits;
}

uint8_t engine_line_signalled(const struct engine *e, uint32_t line)
{
	return e->line_out[line];
}

static void take_span(struct engine *e, uint32_t span)
{
	struct e1_receiver *r = &e->receiver[span];
	const uint32_t      first = span * ENGINE_CHANNELS;
	const size_t        count = e1_take(r, engine_span_rx(e, span), engine_row(e, e->received, first),
	                                    e->config.tick_samples, e->fresh, e->fresh_room);

	for (size_t i = 0; i < count; i++) {
		e->fresh[i].port += e->fresh[i].kind == EV_SPAN ? span : first;
		engine_found(e, &e->fresh[i]);
	}
}

static void take_line(struct engine *e, uint32_t line)
{
	const uint8_t          bits = e->line_in[line];
	const struct detection what = {.port = e->first_line + line, .kind = EV_SIGNAL, .code = bits};

	memcpy(engine_row(e, e->received, what.port), engine_row(e, e->line_rx, line), e->config.tick_samples);
	if (bits == e->line_reported[line])
		return;
	e->line_reported[line] = bits;
	engine_found(e, &what);
}

/* The frame made now goes out after all that was heard, so a register signal is answered in it from its first octet.  A
 * foreign one is left to whoever commands. */
static void compel(struct engine *e, const struct detection *what)
{
	if (what->code != 0)
		generator_hear(e->generator, what->port, what->kind);
}

static void keep_found(struct engine *e, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		speech_keyed(e, &e->fresh[i]);
		compel(e, &e->fresh[i]);
		engine_found(e, &e->fresh[i]);
	}
}

static void run_detectors(struct engine *e)
{
	const uint32_t samples = e->config.tick_samples;
	size_t         found;

	(void)listener_feed(e->listener, e->received, samples, samples, e->fresh, e->fresh_room, &found);
	keep_found(e, found);
}

/* What others hear of a port is another thing than what it receives. */
static void speak(struct engine *e, uint32_t port)
{
	speech_run(e, port);
	if (e->matrix.conference[port] != ENGINE_NONE)
		g711_alaw_decode(engine_heard(e, port), engine_says(e, port), e->config.tick_samples);
}

static void listen(struct engine *e)
{
	for (uint32_t port = 0; port < e->ports; port++) {
		if (e->matrix.conference[port] != ENGINE_NONE)
			g711_alaw_decode(engine_heard(e, port), engine_row(e, e->received, port), e->config.tick_samples);
		spotter_hear(e, port);
	}
	run_detectors(e);
	for (uint32_t port = 0; e->meters > 0 && port < e->ports; port++)
		meter_run(e->meter, port, engine_row(e, e->received, port), e->config.tick_samples);
	for (uint32_t port = 0; port < e->ports; port++)
		if (e->speech.alters[port])
			speak(e, port);
}

static void send_tone(struct engine *e, uint32_t port)
{
	const uint32_t         samples = e->config.tick_samples;
	const struct detection what = {.port = port, .kind = EV_SEND_DONE, .offset = samples};
	int16_t                pcm[DETECT_MAX_SAMPLES];

	if (generator_run(e->generator, port, pcm, samples))
		engine_found(e, &what);
	g711_alaw_encode(engine_row(e, e->sent, port), pcm, samples);
}

static void send_port(struct engine *e, uint32_t port)
{
	if (generator_active(e->generator, port))
		send_tone(e, port);
	else
		matrix_send(e, port, player_send(e, port));
	recorder_take(e, port);
}

static void send_span(struct engine *e, uint32_t span)
{
	struct e1_sender *s = &e->sender[span];
	const uint8_t     alarms = e->receiver[span].alarms;

	s->remote_alarm = e->span_alarm[span] || (alarms & SPAN_LOF);
	s->multiframe_alarm = (alarms & SPAN_LOMF) != 0;
	e1_build(s, e->span_tx + span * span_octets(e), engine_row(e, e->sent, span * ENGINE_CHANNELS),
	         e->config.tick_samples);
}

int engine_step(struct engine *e)
{
	engine_take_commands(e);
	for (uint32_t span = 0; span < e->config.spans; span++)
		take_span(e, span);
	for (uint32_t line = 0; line < e->config.lines; line++)
		take_line(e, line);
	echo_feed(e->echo, e->sent, e->received, e->config.tick_samples);
	listen(e);
	conference_weigh(e);
	matrix_sum(e);
	for (uint32_t port = 0; port < e->ports; port++)
		send_port(e, port);
	for (uint32_t span = 0; span < e->config.spans; span++)
		send_span(e, span);

	const int eventful = engine_publish(e);

	__atomic_store_n(&e->now, e->now + e->config.tick_samples, __ATOMIC_RELEASE);
	return eventful;
}

void engine_skip(struct engine *e, uint32_t ticks)
{
	const uint64_t samples = (uint64_t)ticks * e->config.tick_samples;

	engine_take_commands(e);
	recorder_skip(e, (uint32_t)samples);
	__atomic_store_n(&e->now, e->now + samples, __ATOMIC_RELEASE);
}

void engine_tick(struct engine *e)
{
	(void)engine_step(e);
}

uint32_t engine_run(struct engine *e, uint32_t ticks)
{
	uint32_t n = 0;

	while (n < ticks) {
		n++;
		if (engine_step(e))
			break;
	}
	return n;
}
