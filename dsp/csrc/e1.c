/* e1.c  See e1.h.  The two alignments are tracked apart: a fault in timeslot 0 says nothing about timeslot 16. */
#include "e1.h"

#include "timeslots.h"

#include <string.h>

enum {
	SI = 0x80,            /* bit 1 of timeslot 0: reserved, 1 on a border */
	FAS = 0x1B,           /* bits 2..8 of the even frames: 0011011 */
	FAS_MASK = 0x7F,
	NFAS_MARK = 0x40,     /* bit 2 of the odd frames is always 1 */
	NFAS_A = 0x20,
	NFAS_SPARE = 0x1F,
	WORD = 0x0B,          /* frame 0 of timeslot 16: 0000 x y x x, x = 1 */
	WORD_MASK = 0xF0,
	WORD_Y = 0x04,
	FRAMES = 16,          /* of a multiframe */
	LOST_FRAMES = 3,      /* wrong alignment words (G.706 4.1.1) */
	LOST_WORDS = 2,       /* wrong or dead multiframes (G.732 5.2) */
	MOST_ZEROS = 2,       /* in two frames that are an AIS (G.775) */
	ALARM_TWICE = 2       /* a remote alarm bit counts when it came twice */
};

#define ROW 64u /* octets of a timeslot that are turned at a time */

static size_t timeslot_of(size_t channel) /* from 0 */
{
	return channel < 15 ? channel + 1 : channel + 2;
}

void e1_sender_init(struct e1_sender *s)
{
	memset(s, 0, sizeof *s);
	memset(s->nibble, E1_BLOCKED, sizeof s->nibble);
}

static uint8_t timeslot_0(const struct e1_sender *s)
{
	if (s->frame % 2 == 0)
		return SI | FAS;
	return (uint8_t)(SI | NFAS_MARK | NFAS_SPARE | (s->remote_alarm ? NFAS_A : 0));
}

static uint8_t timeslot_16(const struct e1_sender *s)
{
	if (s->frame == 0)
		return (uint8_t)(WORD | (s->multiframe_alarm ? WORD_Y : 0));
	return (uint8_t)(s->nibble[s->frame - 1] << 4 | (s->nibble[s->frame + 14] & 0x0F));
}

static size_t fewer(size_t a, size_t b)
{
	return a < b ? a : b;
}

void e1_build(struct e1_sender *s, uint8_t *frames, const uint8_t *speech, size_t samples)
{
	uint8_t rows[ENGINE_TIMESLOTS][ROW];

	for (size_t n = 0; n < samples; n += ROW) {
		const size_t take = fewer(samples - n, ROW);

		for (size_t i = 0; i < take; i++) {
			rows[0][i] = timeslot_0(s);
			rows[16][i] = timeslot_16(s);
			s->frame = (uint8_t)((s->frame + 1) % FRAMES);
		}
		for (size_t channel = 0; channel < ENGINE_CHANNELS; channel++)
			memcpy(rows[timeslot_of(channel)], speech + channel * samples + n, take);
		timeslots_from_rows(frames + n * ENGINE_TIMESLOTS, rows[0], ROW, take);
	}
}

void e1_receiver_init(struct e1_receiver *r, uint32_t persist_ms)
{
	memset(r, 0, sizeof *r);
	memset(r->nibble, E1_UNKNOWN, sizeof r->nibble);
	r->persist = (uint16_t)(persist_ms < 2 ? 1 : (persist_ms + 1) / 2);
	r->alarms = SPAN_LOF | SPAN_LOMF;
}

/* A remote alarm bit counts when it has come twice in a row; last[0] is the bit, last[1] how often. */
static void remote_bit(struct e1_receiver *r, uint8_t last[2], int bit, uint8_t alarm)
{
	if (last[0] != (uint8_t)bit)
		last[1] = 0;
	last[0] = (uint8_t)bit;
	if (last[1] < ALARM_TWICE)
		last[1]++;
	if (last[1] < ALARM_TWICE)
		return;
	r->alarms = (uint8_t)(bit ? r->alarms | alarm : r->alarms & ~alarm);
}

/* After a loss nothing counts that was heard before it, and what the far end says of itself is not known. */
static void lose(struct e1_receiver *r, uint8_t alarm, uint8_t of_far_end, uint8_t remote[2])
{
	r->alarms = (uint8_t)((r->alarms | alarm) & ~of_far_end);
	remote[1] = 0;
	memset(r->equal, 0, sizeof r->equal);
}

/* G.706 4.1.2: the word, then bit 2 = 1 in the next frame, then the word again. */
static void hunt_frame(struct e1_receiver *r, uint8_t octet)
{
	const int is_word = (octet & FAS_MASK) == FAS;

	if (r->hunted == 1 && (octet & NFAS_MARK)) {
		r->hunted = 2;
	} else if (r->hunted == 2 && is_word) {
		r->hunted = 0;
		r->wrong_frames = 0;
		r->parity = 1;
		r->alarms &= (uint8_t)~SPAN_LOF;
	} else {
		r->hunted = is_word ? 1 : 0;
	}
}

static void follow_frame(struct e1_receiver *r, uint8_t octet)
{
	if (r->alarms & SPAN_LOF) {
		hunt_frame(r, octet);
		return;
	}
	if (r->parity == 0) {
		r->wrong_frames = (octet & FAS_MASK) == FAS ? 0 : (uint8_t)(r->wrong_frames + 1);
		if (r->wrong_frames == LOST_FRAMES)
			lose(r, SPAN_LOF, SPAN_RAI, r->remote);
	} else if (r->wrong_frames == 0) {  /* all ones shall not pass for a remote alarm before it is known as loss */
		remote_bit(r, r->remote, (octet & NFAS_A) != 0, SPAN_RAI);
	}
	r->parity ^= 1;
}

/* The first frame of a multiframe that is being followed. */
static void check_word(struct e1_receiver *r, uint8_t octet)
{
	const int is_word = (octet & WORD_MASK) == 0;

	r->dead = r->gathered ? 0 : (uint8_t)(r->dead + 1);
	r->gathered = 0;
	r->wrong_words = is_word ? 0 : (uint8_t)(r->wrong_words + 1);
	if (r->wrong_words == LOST_WORDS || r->dead == LOST_WORDS)
		lose(r, SPAN_LOMF, SPAN_RMA, r->remote_word);
	else if (is_word)
		remote_bit(r, r->remote_word, (octet & WORD_Y) != 0, SPAN_RMA);
}

static void follow_multiframe(struct e1_receiver *r, uint8_t octet)
{
	if (!(r->alarms & SPAN_LOMF)) {
		if (r->multiframe == 0)
			check_word(r, octet);
	} else if ((octet & WORD_MASK) == 0 && r->before != 0) {
		r->alarms &= (uint8_t)~SPAN_LOMF;
		r->multiframe = 0;
		r->wrong_words = 0;
		r->dead = 0;
		r->gathered = 0;
		remote_bit(r, r->remote_word, (octet & WORD_Y) != 0, SPAN_RMA);
	}
	r->before = octet;
	r->gathered |= octet;
}

/* 1 when this nibble has just stood long enough to be news. */
static int is_news(struct e1_receiver *r, size_t channel, uint8_t nibble)
{
	if (r->seen[channel] != nibble)
		r->equal[channel] = 0;
	r->seen[channel] = nibble;
	if (r->equal[channel] < r->persist)
		r->equal[channel]++;
	if (r->equal[channel] < r->persist || r->nibble[channel] == nibble)
		return 0;
	r->nibble[channel] = nibble;
	return 1;
}

/* Signals of the two channels that frame n = 1..15 of the multiframe carries. */
static size_t take_signals(struct e1_receiver *r, uint8_t octet, struct detection *out)
{
	const uint32_t channels[2] = {r->multiframe - 1u, r->multiframe + 14u};
	const uint8_t  nibbles[2] = {(uint8_t)(octet >> 4), (uint8_t)(octet & 0x0F)};
	size_t         n = 0;

	for (size_t i = 0; i < 2; i++)
		if (is_news(r, channels[i], nibbles[i]))
			out[n++] = (struct detection){.port = channels[i], .kind = EV_SIGNAL, .code = nibbles[i]};
	return n;
}

static uint32_t zeros_of(const uint8_t *frame)
{
	uint64_t words[ENGINE_TIMESLOTS / sizeof(uint64_t)];
	uint32_t ones = 0;

	memcpy(words, frame, sizeof words);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		ones += (uint32_t)__builtin_popcountll(words[i]);
	return 8 * ENGINE_TIMESLOTS - ones;
}

/* G.775: all ones in each of two pairs of frames is an AIS, two other pairs or the alignment end it. */
static void watch_ones(struct e1_receiver *r, const uint8_t *frame)
{
	const uint32_t zeros = r->zeros + zeros_of(frame);
	const uint8_t  is_ones = zeros <= MOST_ZEROS;
	const uint8_t  ends_pair = r->is_second;

	r->zeros = zeros < UINT8_MAX ? (uint8_t)zeros : UINT8_MAX;
	r->is_second ^= 1;
	if (!ends_pair)
		return;
	if (is_ones == r->was_ones)
		r->alarms = (uint8_t)(is_ones ? r->alarms | SPAN_AIS : r->alarms & ~SPAN_AIS);
	r->was_ones = is_ones;
	r->zeros = 0;
}

static void forget_ones(struct e1_receiver *r)
{
	r->alarms &= (uint8_t)~SPAN_AIS;
	r->is_second = 0;
	r->zeros = 0;
	r->was_ones = 0;
}

/* Timeslots 0 and 16 of one frame; up to three detections. */
static size_t take_frame(struct e1_receiver *r, const uint8_t *frame, uint32_t offset, struct detection *out)
{
	const uint8_t alarms = r->alarms;
	size_t        n = 0;

	follow_frame(r, frame[0]);
	if ((r->alarms & SPAN_LOF) && !r->is_silent) /* the ones of no signal are our own board's */
		watch_ones(r, frame);
	else
		forget_ones(r);
	follow_multiframe(r, frame[16]);
	if (r->multiframe != 0 && !(r->alarms & (SPAN_LOF | SPAN_LOMF)))
		n = take_signals(r, frame[16], out);
	r->multiframe = (uint8_t)((r->multiframe + 1) % FRAMES);
	if (r->alarms != alarms)
		out[n++] = (struct detection){.kind = EV_SPAN, .code = r->alarms};
	for (size_t i = 0; i < n; i++)
		out[i].offset = offset;
	return n;
}

static void take_speech(const uint8_t *frames, uint8_t *speech, size_t samples)
{
	uint8_t rows[ENGINE_TIMESLOTS][ROW];

	for (size_t n = 0; n < samples; n += ROW) {
		const size_t take = fewer(samples - n, ROW);

		timeslots_to_rows(rows[0], ROW, frames + n * ENGINE_TIMESLOTS, take);
		for (size_t channel = 0; channel < ENGINE_CHANNELS; channel++)
			memcpy(speech + channel * samples + n, rows[timeslot_of(channel)], take);
	}
}

/* What the board says of the signal itself. */
static size_t take_silence(struct e1_receiver *r, struct detection *out)
{
	const uint8_t alarms = (uint8_t)((r->alarms & ~SPAN_LOS) | (r->is_silent ? SPAN_LOS : 0));

	if (alarms == r->alarms)
		return 0;
	r->alarms = alarms;
	out[0] = (struct detection){.kind = EV_SPAN, .code = alarms, .offset = 1};
	return 1;
}

size_t e1_take(struct e1_receiver *r, const uint8_t *frames, uint8_t *speech, size_t samples, struct detection *out,
               size_t room)
{
	const uint8_t slip = r->slip;
	size_t        n;

	take_speech(frames, speech, samples);
	r->slip = E1_NO_SLIP;
	if (samples == 0 || room < 4)
		return 0;
	n = take_silence(r, out);
	if (slip == E1_HELD)
		return n;
	if (slip == E1_DROPPED)
		n += take_frame(r, r->dropped, 1, out + n);
	for (size_t i = slip == E1_REPEATED; i < samples && n + 3 <= room; i++)
		n += take_frame(r, frames + i * ENGINE_TIMESLOTS, (uint32_t)i + 1, out + n);
	return n;
}
