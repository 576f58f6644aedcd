/* bank.c  Sliding-window correlators; see bank.h. */
#include "bank.h"

#include "lanes.h"
#include "level.h"

#include <math.h>
#include <string.h>

#define QUARTER_TURN 0x40000000u

static size_t sums(const struct bank_shape *shape)
{
	return 2u * shape->tones + 1u;
}

static size_t depth(const struct bank_shape *shape)  /* a window, and the one half a window older */
{
	return shape->hops + shape->hops / 2u;
}

static size_t groups_of(size_t ports)
{
	return (ports + BANK_LANES - 1u) / BANK_LANES;
}

size_t bank_size(const struct bank_shape *shape, size_t ports)
{
	const size_t lines = groups_of(ports) * sums(shape) * (depth(shape) + 1u);

	return kernel_lines(shape->hop * sizeof(float[2 * BANK_TONES])) + lines * sizeof(float[BANK_LANES])
	     + kernel_lines(groups_of(ports) * sizeof(uint16_t));
}

static void make_waves(struct bank *b)
{
	for (size_t t = 0; t < b->shape.tones; t++) {
		b->step[t] = level_step(b->shape.hz[t]);
		for (uint32_t n = 0; n < b->shape.hop; n++) {
			b->wave[n][2 * t] = level_sine(n * b->step[t] + QUARTER_TURN);
			b->wave[n][2 * t + 1] = -level_sine(n * b->step[t]);
		}
	}
}

void bank_init(struct bank *b, void *memory, const struct bank_shape *shape, size_t ports)
{
	uint8_t *next = memory;
	const size_t present = groups_of(ports) * sums(shape);

	memset(memory, 0, bank_size(shape, ports));
	memset(b, 0, sizeof *b);
	b->shape = *shape;
	b->ports = ports;
	b->groups = groups_of(ports);
	b->wave = (float (*)[2 * BANK_TONES])(void *)next;
	next += kernel_lines(shape->hop * sizeof *b->wave);
	b->now = (float (*)[BANK_LANES])(void *)next;
	b->ring = b->now + present;
	b->enabled = (uint16_t *)(void *)(b->ring + present * depth(shape));
	make_waves(b);
}

void bank_enable(struct bank *b, size_t port, int on)
{
	const size_t group = port / BANK_LANES;
	const size_t lane = port % BANK_LANES;
	const unsigned bit = 1u << lane;
	const size_t lines = sums(&b->shape);

	b->enabled[group] = (uint16_t)(on ? b->enabled[group] | bit : b->enabled[group] & ~bit);
	for (size_t i = 0; i < lines; i++)
		b->now[group * lines + i][lane] = 0.0f;
	for (size_t i = 0; i < lines * depth(&b->shape); i++)
		b->ring[group * lines * depth(&b->shape) + i][lane] = 0.0f;
}

/* One lane after the other becomes a column; lanes without a port stay silent. */
LANES static void transpose(float x[BANK_HOP][BANK_LANES], const int16_t *pcm, size_t stride, size_t lanes, size_t n)
{
	if (lanes < BANK_LANES)
		memset(x, 0, n * sizeof x[0]);
	for (size_t lane = 0; lane < lanes; lane++)
		for (size_t i = 0; i < n; i++)
			x[i][lane] = (float)pcm[lane * stride + i];
}

static inline void add_energy(float sum[BANK_LANES], const float (*x)[BANK_LANES], size_t n)
{
	float acc[BANK_LANES];

	memcpy(acc, sum, sizeof acc);
	for (size_t i = 0; i < n; i++)
		for (size_t lane = 0; lane < BANK_LANES; lane++)
			acc[lane] += x[i][lane] * x[i][lane];
	memcpy(sum, acc, sizeof acc);
}

static inline void add_wave(float (*sum)[BANK_LANES], const float (*x)[BANK_LANES], const float *wave, size_t n)
{
	float acc[2][BANK_LANES];  /* local: the compiler then keeps it in registers */

	memcpy(acc, sum, sizeof acc);
	for (size_t i = 0; i < n; i++, wave += 2 * BANK_TONES)
		for (size_t lane = 0; lane < BANK_LANES; lane++) {
			acc[0][lane] += x[i][lane] * wave[0];
			acc[1][lane] += x[i][lane] * wave[1];
		}
	memcpy(sum, acc, sizeof acc);
}

LANES static void correlate(float (*sum)[BANK_LANES], const float (*x)[BANK_LANES], const float (*wave)[2 * BANK_TONES],
                            size_t n, size_t tones)
{
	for (size_t t = 0; t < 2 * tones; t += 2)
		add_wave(sum + t, x, wave[0] + t, n);
	add_energy(sum[2 * tones], x, n);
}

static void hear(struct bank *b, const int16_t *pcm, size_t stride, size_t n)
{
	float x[BANK_HOP][BANK_LANES];

	for (size_t group = 0; group < b->groups; group++) {
		const size_t first = group * BANK_LANES;
		const size_t rest = b->ports - first;

		if (b->enabled[group] == 0)
			continue;
		transpose(x, pcm + first * stride, stride, rest < BANK_LANES ? rest : BANK_LANES, n);
		correlate(b->now + group * sums(&b->shape), (const float (*)[BANK_LANES])x,
		          (const float (*)[2 * BANK_TONES])(b->wave + b->position), n, b->shape.tones);
	}
}

/* The finished hop goes into the ring, turned to the running phase. */
LANES static void keep(struct bank *b, size_t group, const float turn[2 * BANK_TONES])
{
	float (*now)[BANK_LANES] = b->now + group * sums(&b->shape);
	float (*kept)[BANK_LANES] = b->ring + (group * depth(&b->shape) + b->slot) * sums(&b->shape);

	for (size_t t = 0; t < 2 * b->shape.tones; t += 2)
		for (size_t lane = 0; lane < BANK_LANES; lane++) {
			kept[t][lane] = now[t][lane] * turn[t] - now[t + 1][lane] * turn[t + 1];
			kept[t + 1][lane] = now[t][lane] * turn[t + 1] + now[t + 1][lane] * turn[t];
		}
	memcpy(kept[2 * b->shape.tones], now[2 * b->shape.tones], sizeof *kept);
	memset(now, 0, sums(&b->shape) * sizeof *now);
}

static void finish_hop(struct bank *b, struct report *r, bank_decide *decide)
{
	float turn[2 * BANK_TONES];

	for (size_t t = 0; t < b->shape.tones; t++) {
		turn[2 * t] = level_sine(b->phase[t] + QUARTER_TURN);
		turn[2 * t + 1] = -level_sine(b->phase[t]);
		b->phase[t] += b->step[t] * b->shape.hop;
	}
	for (size_t group = 0; group < b->groups; group++)
		if (b->enabled[group] != 0)
			keep(b, group, turn);
	b->looks++;
	b->position = 0;
	b->slot = (b->slot + 1u) % (uint32_t)depth(&b->shape);
	for (size_t group = 0; group < b->groups; group++)
		if (b->enabled[group] != 0)
			decide(b, group, r);
}

size_t bank_feed(struct bank *b, const int16_t *pcm, size_t samples, struct report *r, bank_decide *decide)
{
	for (size_t done = 0; done < samples;) {
		const size_t open = b->shape.hop - b->position;
		const size_t take = samples - done < open ? samples - done : open;

		hear(b, pcm + done, samples, take);
		b->position += (uint32_t)take;
		done += take;
		r->offset = (uint32_t)done;
		if (b->position == b->shape.hop)
			finish_hop(b, r, decide);
	}
	return r->count;
}

/* The sums of a group `age` hops ago; 0 = the hop just finished. */
static const float (*hop_sums(const struct bank *b, size_t group, size_t age))[BANK_LANES]
{
	const size_t all = depth(&b->shape);
	const size_t slot = (b->slot + 2u * all - 1u - age) % all;

	return (const float (*)[BANK_LANES])(b->ring + (group * all + slot) * sums(&b->shape));
}

LANES void bank_energy(const struct bank *b, size_t group, struct bank_window *w)
{
	memset(w->energy, 0, sizeof w->energy);
	for (size_t age = 0; age < b->shape.hops; age++) {
		const float (*hop)[BANK_LANES] = hop_sums(b, group, age);

		for (size_t lane = 0; lane < BANK_LANES; lane++)
			w->energy[lane] += hop[2 * b->shape.tones][lane];
	}
}

static void add_hop(struct bank_window *w, const float (*hop)[BANK_LANES], size_t tones)
{
	for (size_t t = 0; t < tones; t++)
		for (size_t lane = 0; lane < BANK_LANES; lane++) {
			w->re[t][lane] += hop[2 * t][lane];
			w->im[t][lane] += hop[2 * t + 1][lane];
		}
}

LANES void bank_window(const struct bank *b, size_t group, struct bank_window *w)
{
	const float scale = 2.0f / (float)(b->shape.hop * b->shape.hops);

	memset(w->re, 0, sizeof w->re);
	memset(w->im, 0, sizeof w->im);
	for (size_t age = 0; age < b->shape.hops; age++)
		add_hop(w, hop_sums(b, group, age), b->shape.tones);
	for (size_t t = 0; t < b->shape.tones; t++)
		for (size_t lane = 0; lane < BANK_LANES; lane++)
			w->tone[t][lane] = (w->re[t][lane] * w->re[t][lane] + w->im[t][lane] * w->im[t][lane]) * scale;
}

float bank_drift(const struct bank *b, const struct bank_window *w, size_t group, size_t lane, size_t tone)
{
	const float re = w->re[tone][lane];
	const float im = w->im[tone][lane];
	const size_t half = b->shape.hops / 2u;
	float old_re = 0.0f;
	float old_im = 0.0f;

	for (size_t age = half; age < half + b->shape.hops; age++) {
		const float (*hop)[BANK_LANES] = hop_sums(b, group, age);

		old_re += hop[2 * tone][lane];
		old_im += hop[2 * tone + 1][lane];
	}
	const float both = (re * re + im * im) * (old_re * old_re + old_im * old_im);

	return both > 0.0f ? (re * old_re + im * old_im) / sqrtf(both) : -1.0f;
}

/* A tone off by d makes (sin x / x)^2 of its energy, x = pi d window: just the drift's phase.  As a polynomial
 * in its cosine, good to 1e-4 for x <= 2.15. */
float bank_share(float drift)
{
	return 0.40526378f + drift * (0.51603341f + drift * (0.0880028f + drift * (-0.0122552f + drift * 0.0029707f)));
}
