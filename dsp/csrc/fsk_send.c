/* fsk_send.c  The sender of fsk.h: the phase never jumps, also when a bit ends between two samples. */
#include "fsk_clock.h"

#include <string.h>

#define FRAME 10u /* start, eight bits, stop */

static uint32_t frame_bits(const struct fsk_burst *b)
{
	return FRAME + b->stuffing;
}

static uint32_t burst_bits(const struct fsk_burst *b)
{
	return b->seizure + b->marks + b->count * frame_bits(b) + b->closing;
}

uint32_t fsk_burst_samples(const struct fsk_burst *burst)
{
	return (burst_bits(burst) * FSK_BIT + FSK_UNITS - 1) / FSK_UNITS;
}

/* Bit `n` of the burst: 1 = mark. */
static int bit_at(const struct fsk_burst *b, uint32_t n)
{
	if (n < b->seizure)
		return (int)(n & 1);
	n -= b->seizure;
	if (n < b->marks)
		return 1;
	n -= b->marks;

	const uint32_t octet = n / frame_bits(b);
	const uint32_t place = n % frame_bits(b);

	if (octet >= b->count || place > 8)
		return 1;
	return place == 0 ? 0 : (b->octets[octet] >> (place - 1)) & 1;
}

void fsk_sender_init(struct fsk_sender *s, const struct fsk_burst *burst)
{
	memset(s, 0, sizeof *s);
	s->burst = *burst;
	s->peak[0] = level_peak(burst->space_dbm0);
	s->peak[1] = level_peak(burst->mark_dbm0);
	s->step[0] = fsk_step((int)burst->standard, 0);
	s->step[1] = fsk_step((int)burst->standard, 1);
	s->left = FSK_BIT;
	s->bits = burst_bits(burst);
}

/* One sample on; the bit may end within it. */
static void advance(struct fsk_sender *s)
{
	const uint32_t first = s->left < FSK_UNITS ? s->left : FSK_UNITS;

	s->phase += s->step[bit_at(&s->burst, s->bit)] * first;
	s->left -= first;
	if (s->left > 0)
		return;
	s->bit++;
	s->left = FSK_BIT - (FSK_UNITS - first);
	s->phase += s->step[bit_at(&s->burst, s->bit)] * (FSK_UNITS - first);
}

static int16_t rounded(float value)
{
	return (int16_t)((int32_t)(value + 32768.5f) - 32768);
}

size_t fsk_send(struct fsk_sender *s, int16_t *pcm, size_t samples)
{
	size_t n = 0;

	for (; n < samples && s->bit < s->bits; n++) {
		const float sample = s->peak[bit_at(&s->burst, s->bit)] * level_sine(s->phase);

		pcm[n] = rounded(sample > 32767.0f ? 32767.0f : sample);
		advance(s);
	}
	return n;
}
