/* fsk_frame.c  See fsk_frame.h. */
#include "fsk_frame.h"

#include "fsk_clock.h"
#include "kernel.h"

enum {
	SEEN = 12,          /* bits until a carrier is believed */
	LOSS = 2,           /* a bit without carrier counts so many that had one */
	SURE = SEEN / 2,    /* fewer, and a frame is taken for noise after the carrier's end */
	QUIET_MARKS = 16,   /* bits of mark until octets count */
	NEAR_MARKS = 24,    /* up to so many mark bits between octets the clock is still right */
	LONG_AGO = -100000  /* units */
};

void fsk_forget(struct fsk_frame *f)
{
	*f = (struct fsk_frame){.bit = FSK_IDLE, .fell = LONG_AGO};
}

void fsk_pass(struct fsk_frame *f, int32_t units)
{
	f->window -= units;
	f->fell = f->fell > LONG_AGO ? f->fell - units : LONG_AGO;
}

/* From the nearest boundary of two bits to `at`. */
static int32_t off_clock(const struct fsk_frame *f, int32_t at)
{
	int32_t off = (at - f->window) % FSK_BIT;

	if (off >= FSK_BIT / 2)
		off -= FSK_BIT;
	else if (off < -FSK_BIT / 2)
		off += FSK_BIT;
	return off;
}

/* Whether the clock expects an edge there: then the bits decide what it was. */
static int on_clock(const struct fsk_frame *f, int32_t at)
{
	const int32_t off = off_clock(f, at);

	return f->synced && off <= FSK_BIT / 4 && off >= -FSK_BIT / 4;
}

/* A start bit begins at this edge, or, when the clock has not run free for long, half-way to where it expects one. */
static void begin_frame(struct fsk_frame *f, int32_t edge)
{
	const int32_t off = f->synced ? off_clock(f, edge) : 0;

	f->moved = off - off / 2;
	f->window = edge - off / 2 - FSK_BIT;
	f->bit = 0;
	f->bits = 0;
}

/* What noise does to a start bit does not hide the edge that the clock expected, until the bit is decided. */
void fsk_edge(struct fsk_frame *f, int32_t at, int falls)
{
	if (falls && !(on_clock(f, f->fell) && at - f->fell < 2 * FSK_BIT))
		f->fell = at;
	if (!f->carrier || f->bit < FSK_IDLE || on_clock(f, at))
		f->window += off_clock(f, at) / 4;
	else if (falls && f->fell == at)
		begin_frame(f, at);
}

/* The frame is over, or was none: is the next start bit under way already, where the clock does not expect it? */
static void end_frame(struct fsk_frame *f, int32_t since)
{
	f->bit = FSK_IDLE;
	if (f->fell > since && !on_clock(f, f->fell))
		begin_frame(f, f->fell);
}

/* Between frames: marks, or a start bit where the clock expects one. */
static void take_idle(struct fsk_frame *f, int bit)
{
	if (!bit && f->synced) {
		f->bit = 1;
		f->bits = 0;
	}
	if (!bit)
		return;
	f->marks = count_up(f->marks, NEAR_MARKS);
	if (f->marks >= QUIET_MARKS)
		f->armed = 1;
	if (f->marks == NEAR_MARKS)
		f->synced = 0;
}

int32_t fsk_take_bit(struct fsk_frame *f, int bit)
{
	const int32_t begins = f->window;  /* of the bit decided: window has moved on */

	if (f->bit == FSK_IDLE) {
		take_idle(f, bit);
		return FSK_NO_OCTET;
	}
	if (f->bit == 0 && bit) {
		f->window -= f->moved;
		end_frame(f, begins + FSK_BIT / 4);
		return FSK_NO_OCTET;
	}
	f->synced = 1;
	f->bits |= (uint32_t)bit << f->bit;
	if (f->bit++ < 9)
		return FSK_NO_OCTET;

	const int32_t frame = (int32_t)(f->bits >> 1);

	f->marks = 0;
	f->synced = (uint8_t)bit;
	end_frame(f, begins + FSK_BIT / 2);
	return f->armed && f->trust > SURE ? frame : FSK_NO_OCTET;
}

int fsk_follow_carrier(struct fsk_frame *f, int pure)
{
	const uint8_t was = f->carrier;

	if (pure)
		f->trust = f->trust < SEEN ? (uint8_t)(f->trust + 1) : SEEN;
	else
		f->trust = f->trust > LOSS ? (uint8_t)(f->trust - LOSS) : 0;
	if (f->trust == SEEN)
		f->carrier = 1;
	else if (f->trust == 0)
		f->carrier = 0;
	if (was == f->carrier)
		return 0;
	f->bit = FSK_IDLE;
	f->armed = 0;
	f->marks = 0;
	f->synced = 0;
	return 1;
}
