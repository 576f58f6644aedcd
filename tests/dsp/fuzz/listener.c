/* listener.c  All detectors, ports that come and go, octets in any cut, as rows and as E1 frames: whatever is heard, the
 * path in use and plain C report the same, and what they report is possible. */
#define _POSIX_C_SOURCE 200112L

#include "detect.h"

#include "cpu.h"
#include "detectors.h"
#include "g711.h"
#include "generator.h"
#include "input.h"
#include "tone_set.h"

enum { MOST_PORTS = 40, LONGEST = 200, SPAN = 32 };

/* One listener by one path, and all that it has reported, as one number. */
struct ears {
	int              isa;
	struct listener *l;
	uint64_t         said;
};

struct story {
	size_t            ports;
	struct generator *tones;
	struct ears       ears[2];
};

static void hash(struct ears *e, const struct detection *d)
{
	const uint64_t parts[] = {d->port, d->kind, d->code, d->offset, (uint32_t)d->a, (uint32_t)d->b};

	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		e->said = (e->said ^ parts[i]) * 0x100000001B3u;
}

/* A profile that the tones of `sound` can meet. */
static const struct tone_set SETS[] = {{{450, 0}, {25, 0}}, {{697, 1209}, {14, 25}}, {{1100, 0}, {38, 0}}};

static void open_ears(struct ears *e, int isa, size_t ports, uint32_t detectors)
{
	e->isa = isa;
	e->said = 0;
	e->l = listener_init(exactly(listener_size(ports, detectors)), ports, detectors);
	must(supervisory_profile(e->l, SETS, 3) == (detectors & DETECT_SUPERVISORY ? 0 : -1));
}

static void enable(struct story *s, struct input *in)
{
	const uint32_t which = input_below(in, DETECTORS);
	const size_t   port = input_below(in, (uint32_t)s->ports);
	const int      on = input_below(in, 4) != 0;

	for (size_t i = 0; i < 2; i++)
		listener_enable(s->ears[i].l, which, port, on);
}

/* A tone pair, often of DTMF or MFC, on one port from here on. */
static void sound(struct story *s, struct input *in)
{
	static const float HZ[] = {697, 770, 852, 941, 1209, 1336, 1477, 1633, 450, 1100, 2100, 1380, 1500, 780, 900, 1140};
	struct engine_tone tone = {.dbm0 = {-(float)input_below(in, 50), -(float)input_below(in, 50)}};

	tone.hz[0] = HZ[input_below(in, 16)];
	tone.hz[1] = HZ[input_below(in, 16)];
	tone.on[0] = input_below(in, 1000);
	tone.off[0] = input_below(in, 1000);
	generator_start(s->tones, input_below(in, (uint32_t)s->ports), &tone);
}

/* What the port hears next: its tone, noise out of the input, or silence. */
static void fill(struct story *s, struct input *in, size_t port, uint8_t *row, size_t samples)
{
	int16_t pcm[LONGEST];

	if (generator_active(s->tones, port)) {
		(void)generator_run(s->tones, port, pcm, samples);
		g711_alaw_encode(row, pcm, samples);
	} else if (input_below(in, 8) == 0) {
		for (size_t i = 0; i < samples; i++)
			row[i] = input_octet(in);
	} else {
		memset(row, 0xD5, samples);
	}
}

static void hear(struct ears *e, const uint8_t *octets, size_t ports, size_t samples, int e1)
{
	const size_t      room = listener_room(e->l);
	struct detection *out = exactly(room * sizeof *out);
	size_t            found = 0;
	size_t            took;

	must(cpu_use(e->isa) == 0);
	for (size_t done = 0; done < samples; done += took) {
		took = e1 ? listener_feed_e1(e->l, octets + done * SPAN, samples * SPAN, samples - done, out, room, &found)
		          : listener_feed(e->l, octets + done, samples, samples - done, out, room, &found);
		must(took > 0 && took <= samples - done && found <= room);
		for (size_t i = 0; i < found; i++) {
			must(out[i].port < ports && out[i].offset <= took);
			hash(e, &out[i]);
		}
	}
	free(out);
}

static void feed(struct story *s, struct input *in)
{
	const size_t samples = 1u + input_below(in, LONGEST);
	const int    e1 = s->ports == SPAN && (input_octet(in) & 1);
	uint8_t     *rows = exactly(s->ports * samples);
	uint8_t     *frames = exactly(s->ports * samples);

	for (size_t port = 0; port < s->ports; port++)
		fill(s, in, port, rows + port * samples, samples);
	for (size_t port = 0; port < s->ports; port++)
		for (size_t i = 0; i < samples; i++)
			frames[i * s->ports + port] = rows[port * samples + i];
	hear(&s->ears[0], e1 ? frames : rows, s->ports, samples, e1);
	hear(&s->ears[1], rows, s->ports, samples, 0);
	must(s->ears[0].said == s->ears[1].said);
	free(frames);
	free(rows);
}

static int best(void)
{
	int isa = CPU_ISAS - 1;

	while (!cpu_has(isa))
		isa--;
	return isa;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input   in = {data, size};
	struct story   s = {.ports = input_octet(&in) & 1 ? SPAN : 1u + input_below(&in, MOST_PORTS)};
	const uint32_t detectors = input_word(&in) | 1u;
	const int      isa = (int)input_below(&in, CPU_ISAS);

	s.tones = generator_init(exactly(generator_size(s.ports)), s.ports);
	open_ears(&s.ears[0], cpu_has(isa) ? isa : best(), s.ports, detectors);
	open_ears(&s.ears[1], CPU_PLAIN, s.ports, detectors);
	for (size_t port = 0; port < s.ports; port += 3)
		enable(&s, &in);
	while (in.left > 0) {
		const uint32_t what = input_below(&in, 8);

		if (what == 0)
			enable(&s, &in);
		else if (what < 4)
			sound(&s, &in);
		else
			feed(&s, &in);
	}
	free(s.ears[1].l);
	free(s.ears[0].l);
	free(s.tones);
	return 0;
}
