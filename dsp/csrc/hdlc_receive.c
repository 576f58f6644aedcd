/* hdlc_receive.c  The receiver of hdlc.h.
 *
 * A table (hdlc_table.h) takes whole octets; where it cannot, the bits are taken one by one.  An octet that leaves
 * everything as it was, as idle flags and idle marks do, need not be taken again.
 *
 * The bits of a flag are data until its sixth mark: a frame's length is what was collected less six bits.
 */
#include "hdlc.h"
#include "hdlc_fcs.h"
#include "hdlc_table.h"
#include "kernel.h"

#include <string.h>

enum {
	FLAG_BITS = 6,     /* of a flag, collected as data */
	COUNTED = 16,      /* octets a report in octet counting mode */
	NEVER = 0x100      /* no octet */
};

/* What changes with every octet; never behind a pointer while octets are taken. */
struct hot {
	uint32_t held;     /* collected bits of the next octet */
	uint32_t count;    /* of them */
	uint32_t length;   /* octets collected */
	uint32_t ones;     /* marks in a row, up to HDLC_ABORTED */
	uint32_t open;     /* 1: a flag was there, and nothing wrong since */
};

struct slot {
	struct hot hot;
	uint16_t   still;    /* the octet that would change nothing */
	uint8_t    counting;
	uint8_t    counted;  /* octets since the last report */
};

struct hdlc_receiver {
	size_t             slots;
	struct hdlc_limits limits;
	struct fcs_table   fcs;
	struct hdlc_entry       table[HDLC_STATES][256];
	struct slot       *slot;
	uint8_t           *frame;  /* [slots][longest + 1] */
};

static size_t frame_octets(const struct hdlc_limits *limits)
{
	return limits->longest + 1u; /* the octet that is too many is written too */
}

size_t hdlc_receiver_size(size_t slots, const struct hdlc_limits *limits)
{
	return kernel_lines(sizeof(struct hdlc_receiver)) + kernel_lines(slots * sizeof(struct slot))
	     + slots * frame_octets(limits);
}

struct hdlc_receiver *hdlc_receiver_init(void *memory, size_t slots, const struct hdlc_limits *limits)
{
	struct hdlc_receiver *r = memory;
	uint8_t              *next = (uint8_t *)memory + kernel_lines(sizeof *r);

	memset(memory, 0, hdlc_receiver_size(slots, limits));
	r->slots = slots;
	r->limits = *limits;
	r->slot = (struct slot *)(void *)next;
	r->frame = next + kernel_lines(slots * sizeof *r->slot);
	fcs_table_init(&r->fcs);
	hdlc_table_init(r->table);
	for (size_t slot = 0; slot < slots; slot++)
		hdlc_receiver_restart(r, slot);
	return r;
}

void hdlc_receiver_restart(struct hdlc_receiver *r, size_t slot)
{
	r->slot[slot] = (struct slot){.still = NEVER, .counting = r->limits.counting != 0};
}

/* One feed of one slot. */
struct run {
	const struct hdlc_receiver *r;
	struct slot                *s;
	uint8_t                    *frame;
	struct hdlc_found          *found;
	uint32_t                    slot;
	uint32_t                    offset;
};

static void report(const struct run *u, enum hdlc_status status, size_t length)
{
	struct hdlc_found *f = u->found;

	if (f->count == f->frame_room || f->octet_room - f->used < length) {
		f->lost++;
		return;
	}
	memcpy(f->octets + f->used, u->frame, length);
	f->frames[f->count++] = (struct hdlc_frame){
		.slot = u->slot, .status = (uint16_t)status, .length = (uint16_t)length, .begin = (uint32_t)f->used,
		.offset = u->offset,
	};
	f->used += length;
}

/* Something is wrong; Q.703 4.1.4 counts octets after an abort and after too long a frame. */
static void wrong(const struct run *u, enum hdlc_status status)
{
	struct slot *s = u->s;

	if (!s->counting)
		report(u, status, 0);
	if (status != HDLC_LONG && status != HDLC_ABORT)
		return;
	s->hot.open = 0;
	s->hot.length = 0;
	if (u->r->limits.counting && !s->counting) {
		s->counting = 1;
		s->counted = 0;
	}
}

/* Up to eight bits; where no frame is open they come to nothing. */
static inline struct hot collected(struct hot h, uint8_t *frame, uint32_t bits, uint32_t count)
{
	h.held |= bits << h.count;
	h.count += count;

	const uint32_t whole = h.count >> 3;

	frame[h.length] = (uint8_t)h.held;
	h.length += whole & h.open;
	h.held >>= 8 * whole;
	h.count &= 7;
	return h;
}

static void collect(const struct run *u, uint32_t bits, uint32_t count)
{
	u->s->hot = collected(u->s->hot, u->frame, bits, count);
	if (u->s->hot.length > u->r->limits.longest)
		wrong(u, HDLC_LONG);
}

/* What came before the flag that is complete now. */
static void close_frame(const struct run *u)
{
	const struct hot         *h = &u->s->hot;
	const struct hdlc_limits *limits = &u->r->limits;
	const int32_t             bits = (int32_t)(h->length * 8 + h->count) - FLAG_BITS;

	if (!h->open || bits <= 0)
		return;
	if (bits % 8 != 0) {
		wrong(u, HDLC_UNEVEN);
	} else if (h->length < limits->shortest) {
		wrong(u, HDLC_SHORT);
	} else if (fcs_of(&u->r->fcs, u->frame, h->length) != FCS_RESIDUE) {
		wrong(u, HDLC_BAD_FCS);
	} else {
		u->s->counting = 0;
		report(u, HDLC_GOOD, h->length - 2u);
	}
}

static void flag(const struct run *u)
{
	close_frame(u);
	u->s->hot = (struct hot){.open = 1};
}

static void take_bits(const struct run *u, uint8_t octet)
{
	struct hot *h = &u->s->hot;

	for (int place = 7; place >= 0; place--) {
		const uint32_t bit = (uint32_t)(octet >> place & 1);
		const uint32_t ones = h->ones;

		h->ones = bit ? count_up((uint8_t)ones, HDLC_ABORTED) : 0;
		if (ones < 5)
			collect(u, bit, 1);
		else if (bit && ones == 6)
			wrong(u, HDLC_ABORT);
		else if (!bit && ones == 6)
			flag(u);
	}
}

static void take_flag(const struct run *u, const struct hdlc_entry *e, uint8_t octet)
{
	struct slot     *s = u->s;
	const struct hot before = s->hot;

	collect(u, e->bits, e->count);
	flag(u);
	s->hot.ones = e->ones;
	s->hot.held = e->bits_after;
	s->hot.count = e->count_after;
	if (before.open && before.length == 0 && before.count == s->hot.count && before.held == s->hot.held
	    && before.ones == s->hot.ones)
		s->still = octet;
}

/* An octet in which something begins, ends or is wrong. */
static void take(const struct run *u, const struct hdlc_entry *e, uint8_t octet)
{
	switch (e->kind) {
	case HDLC_PLAIN:
		wrong(u, HDLC_LONG);
		break;
	case HDLC_FLAG:
		take_flag(u, e, octet);
		break;
	default:
		take_bits(u, octet);
		break;
	}
}

static void count_octet(const struct run *u)
{
	struct slot *s = u->s;

	if (!s->counting || ++s->counted < COUNTED)
		return;
	s->counted = 0;
	report(u, HDLC_COUNTED, 0);
}

static void feed_slot(struct run *u, const uint8_t *line, size_t step, size_t samples)
{
	const uint32_t longest = u->r->limits.longest;
	struct slot   *s = u->s;
	struct hot     h = s->hot;
	uint32_t       still = s->still;
	uint32_t       counting = s->counting;

	for (size_t i = 0; i < samples; i++) {
		const uint8_t       octet = line[i * step];
		const struct hdlc_entry *e = &u->r->table[h.ones][octet];

		if (octet != still) {
			still = NEVER;
			if (e->kind == HDLC_PLAIN) {
				h = collected(h, u->frame, e->bits, e->count);
				h.ones = e->ones;
			}
			if (e->kind != HDLC_PLAIN || h.length > longest) {
				u->offset = (uint32_t)i + 1;
				s->hot = h;
				s->still = NEVER;
				take(u, e, octet);
				h = s->hot;
				still = s->still;
			}
		}
		if (counting) {
			u->offset = (uint32_t)i + 1;
			count_octet(u);
		}
		counting = s->counting;
	}
	s->hot = h;
	s->still = (uint16_t)still;
}

void hdlc_feed(struct hdlc_receiver *r, const uint8_t *line, struct hdlc_stride stride, size_t samples,
               struct hdlc_found *found)
{
	for (size_t slot = 0; slot < r->slots; slot++) {
		struct run u = {
			.r = r, .s = &r->slot[slot], .frame = r->frame + slot * frame_octets(&r->limits), .found = found,
			.slot = (uint32_t)slot,
		};

		feed_slot(&u, line + slot * stride.slot, stride.octet, samples);
	}
}
