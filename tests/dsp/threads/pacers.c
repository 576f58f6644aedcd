/* pacers.c  Two engines, each ticked by a thread of its own, exchange frames through a mapping; a third is wired to the first.
 * The main thread commands, listens, measures and drains as Python does.  Under ThreadSanitizer: any race ends it.
 */
#define _GNU_SOURCE

#include "mapped.h"
#include "pacer.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum { TICK = 16, PERIOD_NS = 2000000, RING = 4096, CLIP = 700, ROUNDS = 3, TICKS = 60 };

struct side {
	struct engine         *engine;
	struct rack           *rack;
	struct rack_slot      *slot;
	struct pacer          *pacer;
	struct engine_recorder recorder;
	int                    wake;
	uint64_t               last;
	uint64_t               posted;
};

static const uint8_t CLIP_OCTETS[CLIP];
static struct engine_clip clip = {.octets = CLIP_OCTETS, .length = CLIP};

static void must(int holds, const char *what)
{
	if (!holds) {
		(void)fprintf(stderr, "%s\n", what);
		exit(1);
	}
}

static void *memory(size_t octets)
{
	void *at = NULL;

	must(posix_memalign(&at, 64, octets) == 0, "no memory");
	memset(at, 0, octets);
	return at;
}

static struct engine *engine(void)
{
	const struct engine_config config = {1, 1, 2, TICK, 20, 1};

	return engine_init(memory(engine_size(&config)), &config);
}

static void open_side(struct side *s, void *mapping, uint32_t which, int32_t off_ppm)
{
	const struct elastic_config elastic = {
		.samples = TICK, .depth = 6 * TICK, .deepest = 20 * TICK, .dead_ns = 500000000,
	};
	const struct pacer_config config = {.period_ns = PERIOD_NS, .most_behind = 50, .off_ppm = off_ppm};
	const struct rack_place   place = {.spans = 1, .lines = 1};

	memset(s, 0, sizeof *s);
	s->engine = engine();
	s->rack = rack_init(memory(rack_size()), s->engine);
	s->slot = mapped_init(memory(mapped_size(1, 1)), mapping, which, &elastic);
	must(rack_plug(s->rack, s->slot, &place) == 0, "no place");
	s->pacer = pacer_init(memory(pacer_size()), s->rack, &config);
	s->recorder = (struct engine_recorder){.ring = memory(RING), .size = RING, .sides = 2};
	s->wake = eventfd(0, EFD_NONBLOCK);
}

static void post(struct side *s, uint32_t port, uint16_t op, uint32_t value, const void *data)
{
	const struct engine_command c = {.port = port, .op = op, .value = value, .data = data};

	s->posted += engine_post(s->engine, &c) == 0;
}

static void command(struct side *s, uint32_t n)
{
	static const struct engine_tone KEY = {.hz = {697, 1209}, .dbm0 = {-6, -6}, .on = {320}, .off = {320}, .repeats = 2};
	const uint32_t                  port = n % 31;

	post(s, port, OP_DETECT, DETECT_DTMF | DETECT_VOICE, NULL);
	post(s, port, OP_SIGNAL, 1 + n % 15, NULL);
	post(s, port, n % 3 ? OP_PLAY : OP_STOP_PLAY, 1, &clip);
	post(s, (port + 7) % 31, OP_SEND_TONE, 0, &KEY);
	post(s, port, n % 2 ? OP_JOIN : OP_UNLINK, 0, NULL);
	post(s, port, OP_METER, 1, NULL);
	post(s, 5, n % 4 ? OP_RECORD : OP_STOP_RECORD, 0, &s->recorder);
}

static void look(struct side *s, int sink)
{
	struct engine_event    e;
	struct meter_reading   level;
	struct pacer_counters  ticks;
	struct mapped_counters line;
	uint64_t               woken;

	(void)!read(s->wake, &woken, sizeof woken);
	while (engine_events(s->engine, &e, 1) == 1) {
		must(e.at >= s->last, "events out of order");
		s->last = e.at;
	}
	for (uint32_t port = 0; port < 31; port++) {
		engine_level(s->engine, port, &level);
		must(level.samples % TICK == 0, "a level of two moments");
	}
	(void)recorder_drain(&s->recorder, sink);
	mapped_read(s->slot, &line);
	pacer_read(s->pacer, &ticks);
	must(ticks.late <= ticks.ticks + 1, "more late ticks than ticks");
	must(engine_now(s->engine) % TICK == 0, "time of no tick");
	must(engine_taken(s->engine) <= s->posted, "more commands taken than given");
}

static uint64_t ticks_of(const struct side *s)
{
	struct pacer_counters c;

	pacer_read(s->pacer, &c);
	return c.ticks;
}

static void play(struct side *sides, uint64_t until, int sink)
{
	const struct timespec pause = {.tv_nsec = 500000};

	for (uint32_t n = 0; ticks_of(&sides[0]) < until || ticks_of(&sides[1]) < until; n++) {
		for (int i = 0; i < 2; i++) {
			command(&sides[i], n);
			look(&sides[i], sink);
		}
		(void)nanosleep(&pause, NULL);
	}
}

int main(void)
{
	void                   *mapping = memory(mapped_octets(1, 1, TICK));
	const struct rack_place nowhere = {0};
	struct engine          *third = engine();
	const int               sink = open("/dev/null", O_WRONLY);
	struct side             sides[2];

	mapped_format(mapping, 1, 1, TICK);
	open_side(&sides[0], mapping, 0, 0);
	open_side(&sides[1], mapping, 1, 2000);
	must(rack_plug(sides[0].rack, wire_init(memory(wire_size()), third), &nowhere) == 0, "no place");
	for (uint64_t round = 1; round <= ROUNDS; round++) {
		for (int i = 0; i < 2; i++)
			must(pacer_start(sides[i].pacer, sides[i].wake) == 0, "no thread");
		play(sides, round * TICKS, sink);
		for (int i = 0; i < 2; i++)
			pacer_stop(sides[i].pacer);
		look(&sides[0], sink);
		engine_tick(sides[0].engine); /* the engine is ours again */
	}
	for (int i = 0; i < 2; i++) {
		struct mapped_counters line;

		mapped_read(sides[i].slot, &line);
		must(line.received > 0 && line.elastic.fills > 0, "no frames came");
	}
	return 0;
}
