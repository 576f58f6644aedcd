/* lines.c  FSK and HDLC, each from our sender through a bad line to our receiver: all that is told can be. */
#define _POSIX_C_SOURCE 200112L

#include "detect.h"

#include "engine.h"
#include "fsk.h"
#include "g711.h"
#include "hdlc.h"
#include "input.h"

enum { PORTS = 3, SLOTS = 3, OCTETS = 300, SAMPLES = 8000, LONGEST = 40, MOST_LINE = 200 };

static struct input in;
static uint32_t     state;

static uint32_t dice(uint32_t sides) /* xorshift, led by the input as far as it goes */
{
	state = (state ^ input_octet(&in) * 0x9E3779B1u) | 1u;
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state % sides;
}

static void roll(uint8_t *octets, size_t count)
{
	for (size_t i = 0; i < count; i++)
		octets[i] = (uint8_t)dice(256);
}

/* --- FSK ------------------------------------------------------------------------------------------- */

/* A burst, or what a burst may not be: cut off, damaged, nothing. */
static void make_line(uint8_t *alaw)
{
	uint8_t                octets[OCTETS];
	const struct fsk_burst burst = {
		.standard = dice(FSK_STANDARDS), .seizure = dice(200), .marks = dice(200), .stuffing = dice(12),
		.closing = dice(12), .mark_dbm0 = -(float)dice(50), .space_dbm0 = -(float)dice(50), .count = dice(OCTETS),
		.octets = octets,
	};
	struct fsk_sender sender;
	int16_t           pcm[SAMPLES] = {0};

	roll(octets, sizeof octets);
	fsk_sender_init(&sender, &burst);
	for (size_t at = dice(500), more = 1; more > 0 && at < SAMPLES; at += more) {
		const size_t room = SAMPLES - at;

		more = fsk_send(&sender, pcm + at, dice(100) + 1 < room ? dice(100) % room + 1 : room);
	}
	g711_alaw_encode(alaw, pcm, SAMPLES);
	for (uint32_t damage = dice(4) == 0 ? dice(4000) : 0; damage > 0; damage--)
		alaw[dice(SAMPLES)] = (uint8_t)dice(256);
}

static int heard_can_be(const struct detection *found, size_t count, size_t samples)
{
	for (size_t i = 0; i < count; i++) {
		const int is_octet = found[i].kind == EV_FSK_OCTET && found[i].code <= 0xFF && (unsigned)found[i].a <= 1;
		const int is_carrier = found[i].kind == EV_FSK_CARRIER && found[i].code <= 1;

		if (!(is_octet || is_carrier) || found[i].port >= PORTS || found[i].offset < 1 || found[i].offset > samples)
			return 0;
	}
	return 1;
}

static int hear_lines(struct listener *l, const uint8_t *alaw, struct detection *found, size_t room)
{
	for (size_t at = 0; at < SAMPLES;) {
		const size_t take = dice(300) + 1 < SAMPLES - at ? dice(300) % (SAMPLES - at) + 1 : SAMPLES - at;
		size_t       count;

		at += listener_feed(l, alaw + at, SAMPLES, take, found, room, &count);
		if (!heard_can_be(found, count, take))
			return 0;
		if (dice(10) == 0)
			listener_enable(l, 6 + dice(2), dice(PORTS), (int)dice(2));
	}
	return 1;
}

static int try_fsk(void)
{
	const uint32_t    both = DETECT_FSK_BELL202 | DETECT_FSK_V23;
	void             *memory = exactly(listener_size(PORTS, both));
	struct listener  *l = listener_init(memory, PORTS, both);
	const size_t      room = listener_room(l);
	struct detection *found = exactly(room * sizeof *found);
	uint8_t          *alaw = exactly(PORTS * SAMPLES);

	for (size_t port = 0; port < PORTS; port++) {
		make_line(alaw + port * SAMPLES);
		listener_enable(l, 6, port, 1);
		listener_enable(l, 7, port, 1);
	}

	const int can_be = hear_lines(l, alaw, found, room);

	free(alaw);
	free(found);
	free(memory);
	return can_be;
}

/* --- HDLC ------------------------------------------------------------------------------------------ */

static void give_frames(struct hdlc_sender *s)
{
	uint8_t octets[HDLC_MOST_OCTETS];

	roll(octets, LONGEST + 20);
	if (dice(5) == 0)
		memset(octets, dice(2) ? 0xFF : 0, sizeof octets);
	for (uint32_t n = dice(6); n > 0; n--)
		(void)hdlc_queue(s, dice(SLOTS), octets, dice(20) ? dice(LONGEST + 20) : HDLC_MOST_OCTETS);
	if (dice(6) == 0)
		hdlc_fill(s, dice(SLOTS), octets, dice(HDLC_FILL + 4));
	if (dice(10) == 0)
		hdlc_abort(s, dice(SLOTS));
}

static int frames_can_be(const struct hdlc_found *f)
{
	for (size_t i = 0; i < f->count; i++) {
		const struct hdlc_frame *frame = &f->frames[i];

		if (frame->status < HDLC_GOOD || frame->status > HDLC_COUNTED || frame->slot >= SLOTS)
			return 0;
		if ((frame->length > 0) != (frame->status == HDLC_GOOD) || frame->length > LONGEST - 2)
			return 0;
		if (frame->begin + frame->length > f->used)
			return 0;
	}
	return f->count <= f->frame_room && f->used <= f->octet_room;
}

/* Rooms as hdlc.h asks for, in which nothing is lost, or smaller ones. */
static int hear_slots(struct hdlc_receiver *r, const uint8_t *line, struct hdlc_stride stride, size_t samples)
{
	const int         enough = dice(3) > 0;
	struct hdlc_found f = {
		.frame_room = enough ? 2 * samples * SLOTS : dice(5), .octet_room = enough ? (samples + LONGEST) * SLOTS : dice(60),
	};

	f.frames = exactly(f.frame_room * sizeof *f.frames + 1);
	f.octets = exactly(f.octet_room + 1);
	hdlc_feed(r, line, stride, samples, &f);

	const int can_be = frames_can_be(&f) && (!enough || f.lost == 0);

	free(f.frames);
	free(f.octets);
	return can_be;
}

static int try_hdlc(void)
{
	const struct hdlc_limits  limits = {.shortest = 3 + dice(3), .longest = LONGEST, .counting = dice(2)};
	const struct hdlc_sending sending = {.flags = 1 + dice(3), .shared_zero = dice(2), .queue = 64 + dice(300)};
	void                     *memory = exactly(hdlc_receiver_size(SLOTS, &limits));
	void                     *other = exactly(hdlc_sender_size(SLOTS, &sending));
	struct hdlc_receiver     *r = hdlc_receiver_init(memory, SLOTS, &limits);
	struct hdlc_sender       *s = hdlc_sender_init(other, SLOTS, &sending);
	int                       can_be = 1;

	for (int n = 0; n < 60 && can_be; n++) {
		const size_t             samples = dice(MOST_LINE);
		const struct hdlc_stride stride = dice(2) ? (struct hdlc_stride){samples, 1} : (struct hdlc_stride){1, SLOTS};
		uint8_t                 *line = exactly(samples * SLOTS + 1);

		give_frames(s);
		hdlc_transmit(s, line, stride, samples);
		for (uint32_t damage = dice(3) == 0 ? dice(40) : 0; damage > 0 && samples > 0; damage--)
			line[dice((uint32_t)samples * SLOTS)] = dice(2) ? 0xFF : (uint8_t)dice(256);
		can_be = hear_slots(r, line, stride, samples);
		if (dice(20) == 0)
			hdlc_receiver_restart(r, dice(SLOTS));
		free(line);
	}
	free(memory);
	free(other);
	return can_be;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	in = (struct input){data, size};
	state = 1;
	must(try_fsk());
	must(try_hdlc());
	return 0;
}
