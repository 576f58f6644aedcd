/* voice.c  Somebody speaks, or any other sound that is not a lone 450 Hz progress tone; and silence after it. */
#include "engine.h"
#include "level.h"
#include "lone.h"

#include <string.h>

#define LOOKS_ON   6u        /* more than the edges of a progress tone can look like sound (9 ms, 3 looks) */
#define LOOKS_OFF  80u       /* in a row, 3.75 ms apart: the hangover of 300 ms */
#define LEVEL_MIN  (-38.0f)  /* dBm0 of the window */
#define LONE       0.60f     /* share of 450 Hz that makes it a lone tone */

struct voice {
	struct bank bank;
	float    floor;
	uint8_t *on;      /* [ports] */
	uint8_t *sounds;  /* [ports]: looks with sound, less those without */
	uint8_t *silent;  /* [ports]: looks in a row without sound */
};

size_t voice_size(size_t ports)
{
	return bank_lines(sizeof(struct voice)) + bank_lines(bank_size(&LONE_SHAPE, ports)) + 3 * ports;
}

struct voice *voice_init(void *memory, size_t ports)
{
	struct voice *v = memory;
	uint8_t *next = (uint8_t *)memory + bank_lines(sizeof *v);

	memset(memory, 0, voice_size(ports));
	bank_init(&v->bank, next, &LONE_SHAPE, ports);
	v->floor = level_power(LEVEL_MIN) * (float)LONE_WINDOW;
	v->on = next + bank_lines(bank_size(&LONE_SHAPE, ports));
	v->sounds = v->on + ports;
	v->silent = v->sounds + ports;
	return v;
}

void voice_enable(struct voice *v, size_t port, int on)
{
	bank_enable(&v->bank, port, on);
	v->on[port] = v->sounds[port] = v->silent[port] = 0;
}

static int is_sound(const struct voice *v, const struct bank_window *w, size_t group, size_t lane)
{
	float energy;

	return w->energy[lane] > v->floor && lone_share(&v->bank, w, group, lane, &energy) < LONE;
}

static void follow(struct voice *v, size_t port, int sound, struct report *r)
{
	v->silent[port] = sound ? 0 : count_up(v->silent[port], LOOKS_OFF);
	if (sound)
		v->sounds[port] = count_up(v->sounds[port], LOOKS_ON);
	else if (v->sounds[port] > 0)
		v->sounds[port]--;
	if (!v->on[port] && v->sounds[port] == LOOKS_ON) {
		v->on[port] = 1;
		report_add(r, port, EV_VOICE_ON, 0, 0, 0);
	} else if (v->on[port] && v->silent[port] == LOOKS_OFF) {
		v->on[port] = 0;
		report_add(r, port, EV_VOICE_OFF, 0, 0, 0);
	}
}

static void decide(struct bank *b, size_t group, struct report *r)
{
	struct voice *v = (struct voice *)(void *)b;  /* the bank is its first member */
	struct bank_window w;

	bank_energy(b, group, &w);
	bank_window(b, group, &w);
	for (size_t lane = 0; lane < BANK_LANES; lane++)
		if (bank_hears(b, group, lane))
			follow(v, group * BANK_LANES + lane, is_sound(v, &w, group, lane), r);
}

size_t voice_feed(struct voice *v, const int16_t *pcm, size_t samples, struct detection *out, size_t room)
{
	struct report r = {.out = out, .room = room};

	return bank_feed(&v->bank, pcm, samples, &r, decide);
}
