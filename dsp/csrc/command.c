/* command.c  What a command does.  The caller checks; a command that cannot be is passed over. */
#include "detectors.h"
#include "engine_state.h"

typedef void handler(struct engine *e, const struct engine_command *c);

static void detect(struct engine *e, const struct engine_command *c)
{
	for (uint32_t which = 0; which < DETECTORS; which++) {
		const int on = (c->value >> which) & 1;

		if (on != ((e->detect[c->port] >> which) & 1))
			listener_enable(e->listener, which, c->port, on);
	}
	e->detect[c->port] = (uint16_t)(c->value & ((1u << DETECTORS) - 1));
	if (!(c->value & DETECT_DTMF))
		e->speech.keyed[c->port] = 0; /* its end will not be told */
}

static void signal_line(struct engine *e, const struct engine_command *c)
{
	if (c->value <= UINT8_MAX)
		e->line_out[c->port - e->first_line] = (uint8_t)c->value;
}

/* abcd = 0000 on channel 1..15 would imitate the multiframe word (G.704 5.1.3.2). */
static void signal_channel(struct engine *e, const struct engine_command *c)
{
	const uint32_t channel = c->port % ENGINE_CHANNELS;

	if (c->value <= 0x0F && (c->value != 0 || channel >= 15))
		e->sender[c->port / ENGINE_CHANNELS].nibble[channel] = (uint8_t)c->value;
}

static void signal(struct engine *e, const struct engine_command *c)
{
	if (c->port >= e->first_line)
		signal_line(e, c);
	else
		signal_channel(e, c);
}

static void link_to(struct engine *e, const struct engine_command *c)
{
	if (c->value < e->ports)
		matrix_link(e, c->port, c->value);
}

static void unlink_all(struct engine *e, const struct engine_command *c)
{
	matrix_unlink(e, c->port);
}

static void join(struct engine *e, const struct engine_command *c)
{
	if (c->value < e->config.conferences)
		matrix_join(e, c->port, c->value);
}

static void play(struct engine *e, const struct engine_command *c)
{
	if (c->data != NULL)
		player_start(e, c->port, c->data, c->value);
}

static void stop_play(struct engine *e, const struct engine_command *c)
{
	player_stop(e, c->port);
}

static void send_tone(struct engine *e, const struct engine_command *c)
{
	const struct engine_tone *tone = c->data;

	if (tone != NULL && (tone->until == 0 || tone->until == EV_MFC_ON || tone->until == EV_MFC_OFF))
		generator_start(e->generator, c->port, tone);
}

static void stop_tone(struct engine *e, const struct engine_command *c)
{
	generator_stop(e->generator, c->port);
}

static void record(struct engine *e, const struct engine_command *c)
{
	struct engine_recorder *r = (struct engine_recorder *)c->data; /* the one command whose data is written to */

	if (c->value >= ENGINE_TRACKS || r == NULL || r->ring == NULL)
		return;
	if (r->size >= 4 && (r->size & (r->size - 1)) == 0 && (r->sides == 1 || r->sides == 2))
		e->recorder[c->port * ENGINE_TRACKS + c->value] = r;
}

static void stop_record(struct engine *e, const struct engine_command *c)
{
	if (c->value < ENGINE_TRACKS)
		e->recorder[c->port * ENGINE_TRACKS + c->value] = NULL;
}

static void spot(struct engine *e, const struct engine_command *c)
{
	const struct engine_clip *patterns = c->data;

	if (c->value > SPOT_PATTERNS || (c->value > 0 && patterns == NULL))
		return;
	for (uint32_t i = 0; i < c->value; i++)
		if (patterns[i].length < SPOT_SHORTEST || patterns[i].length > SPOT_LONGEST)
			return;
	spotter_start(e, c->port, patterns, c->value);
}

static void cancel_echo(struct engine *e, const struct engine_command *c)
{
	(void)echo_switch(e->echo, c->port, c->value);
}

static void disable_echo(struct engine *e, const struct engine_command *c)
{
	echo_disable(e->echo, c->port);
}

static void guard(struct engine *e, const struct engine_command *c)
{
	speech_guard(e, c->port, c->value);
}

static void control_gain(struct engine *e, const struct engine_command *c)
{
	speech_agc(e, c->port, c->value != 0);
}

static void measure(struct engine *e, const struct engine_command *c)
{
	speech_meter(e, c->port, c->value != 0);
}

static void weigh(struct engine *e, const struct engine_command *c)
{
	conference_gain(e, c->port, c->value);
}

static void speak_aside(struct engine *e, const struct engine_command *c)
{
	matrix_aside(e, c->port, c->value);
}

static handler *const HANDLERS[] = {
	[OP_DETECT] = detect,       [OP_SIGNAL] = signal,       [OP_LINK] = link_to,
	[OP_UNLINK] = unlink_all,   [OP_JOIN] = join,           [OP_PLAY] = play,
	[OP_STOP_PLAY] = stop_play, [OP_SEND_TONE] = send_tone, [OP_STOP_TONE] = stop_tone,
	[OP_RECORD] = record,       [OP_STOP_RECORD] = stop_record, [OP_SPOT] = spot,
	[OP_ECHO] = cancel_echo,    [OP_ECHO_DISABLE] = disable_echo, [OP_GUARD] = guard,
	[OP_AGC] = control_gain,    [OP_METER] = measure,       [OP_GAIN] = weigh,
	[OP_ASIDE] = speak_aside,
};

static void take(struct engine *e, const struct engine_command *c)
{
	if (c->op == OP_SPAN_ALARM && c->port < e->config.spans)
		e->span_alarm[c->port] = c->value != 0;
	else if (c->op == OP_LOUDEST && c->port < e->config.conferences)
		conference_loudest(e, c->port, c->value);
	else if (c->op >= OP_DETECT && c->op < OP_LOUDEST && c->port < e->ports)
		HANDLERS[c->op](e, c);
}

/* Those that are there now and no more: a busy writer shall not hold up the tick. */
void engine_take_commands(struct engine *e)
{
	struct engine_command c;
	uint64_t              taken = e->taken;

	for (uint32_t n = ring_used(e->command_ring); n > 0; n--)
		if (command_pop(e->command_ring, e->commands, &c)) {
			take(e, &c);
			taken++;
		}
	__atomic_store_n(&e->taken, taken, __ATOMIC_RELEASE);
}
