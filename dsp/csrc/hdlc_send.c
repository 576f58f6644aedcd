/* hdlc_send.c  The sender of hdlc.h: a table inserts the zeros of a whole octet at once. */
#include "hdlc.h"
#include "hdlc_fcs.h"
#include "kernel.h"

#include <string.h>

enum {
	STATES = 5, /* marks in a row, less those before the last inserted zero */
	FLAG = 0x7E,
	HEAD = 2    /* octets of a length in the queue */
};

enum stage { BETWEEN, FRAME, FCS_LOW, FCS_HIGH };

struct entry {
	uint16_t bits;   /* in the order of the line, the last one lowest */
	uint8_t  count;
	uint8_t  ones;   /* afterwards */
};

struct slot {
	uint32_t line;      /* bits to send, the last one lowest */
	uint32_t head;      /* of the queue: where the next octet is */
	uint32_t waiting;   /* octets in it */
	uint32_t left;      /* octets of the frame that is being sent */
	uint32_t flags;     /* that must be sent before the next frame */
	uint16_t fcs;
	uint8_t  stage;
	uint8_t  count;     /* of bits in `line` */
	uint8_t  ones;
	uint8_t  filling;   /* the frame is the fill */
	uint8_t  after_flag;
	uint8_t  fill_length;
	uint8_t  fill_sent;
	uint8_t  fill[HDLC_FILL];
	uint8_t  sent[HDLC_FILL]; /* the fill as it was when it began to be sent */
};

struct hdlc_sender {
	size_t              slots;
	struct hdlc_sending sending;
	struct fcs_table    fcs;
	struct entry        table[STATES][256];
	struct slot        *slot;
	uint8_t            *queue;  /* [slots][sending.queue] */
};

size_t hdlc_sender_size(size_t slots, const struct hdlc_sending *sending)
{
	return kernel_lines(sizeof(struct hdlc_sender)) + kernel_lines(slots * sizeof(struct slot))
	     + slots * sending->queue;
}

static struct entry make_entry(uint8_t ones, uint8_t octet)
{
	struct entry e = {.ones = ones};

	for (int place = 0; place < 8; place++) {
		const int bit = octet >> place & 1;

		e.bits = (uint16_t)(e.bits << 1 | bit);
		e.count++;
		e.ones = bit ? (uint8_t)(e.ones + 1) : 0;
		if (e.ones < 5)
			continue;
		e.bits = (uint16_t)(e.bits << 1);
		e.count++;
		e.ones = 0;
	}
	return e;
}

struct hdlc_sender *hdlc_sender_init(void *memory, size_t slots, const struct hdlc_sending *sending)
{
	struct hdlc_sender *s = memory;
	uint8_t            *next = (uint8_t *)memory + kernel_lines(sizeof *s);

	memset(memory, 0, hdlc_sender_size(slots, sending));
	s->slots = slots;
	s->sending = *sending;
	s->slot = (struct slot *)(void *)next;
	s->queue = next + kernel_lines(slots * sizeof *s->slot);
	fcs_table_init(&s->fcs);
	for (uint32_t ones = 0; ones < STATES; ones++)
		for (uint32_t octet = 0; octet < 256; octet++)
			s->table[ones][octet] = make_entry((uint8_t)ones, (uint8_t)octet);
	for (size_t slot = 0; slot < slots; slot++)
		s->slot[slot].flags = 1;
	return s;
}

static uint8_t *queue_of(const struct hdlc_sender *s, const struct slot *t)
{
	return s->queue + (size_t)(t - s->slot) * s->sending.queue;
}

static void put(const struct hdlc_sender *s, struct slot *t, uint8_t octet)
{
	queue_of(s, t)[(t->head + t->waiting) % s->sending.queue] = octet;
	t->waiting++;
}

static uint8_t get(const struct hdlc_sender *s, struct slot *t)
{
	const uint8_t octet = queue_of(s, t)[t->head];

	t->head = t->head + 1 == s->sending.queue ? 0 : t->head + 1;
	t->waiting--;
	return octet;
}

int hdlc_queue(struct hdlc_sender *s, size_t slot, const uint8_t *octets, size_t length)
{
	struct slot *t = &s->slot[slot];

	if (length == 0 || length > HDLC_MOST_OCTETS - 2 || length + HEAD > s->sending.queue - t->waiting)
		return -1;
	put(s, t, (uint8_t)length);
	put(s, t, (uint8_t)(length >> 8));
	for (size_t i = 0; i < length; i++)
		put(s, t, octets[i]);
	return 0;
}

void hdlc_fill(struct hdlc_sender *s, size_t slot, const uint8_t *octets, size_t length)
{
	struct slot *t = &s->slot[slot];

	if (length > HDLC_FILL)
		return;
	t->fill_length = (uint8_t)length;
	memcpy(t->fill, octets, length);
}

size_t hdlc_waiting(const struct hdlc_sender *s, size_t slot)
{
	return s->slot[slot].waiting;
}

static void add(struct slot *t, uint32_t bits, uint32_t count)
{
	t->line = t->line << count | bits;
	t->count = (uint8_t)(t->count + count);
}

/* The marks end what is being sent, also when the line has some of its bits already. */
void hdlc_abort(struct hdlc_sender *s, size_t slot)
{
	struct slot *t = &s->slot[slot];

	t->waiting = 0;
	if (t->stage == BETWEEN)
		return;
	add(t, 0xFF, 8);
	t->stage = BETWEEN;
	t->flags = 1;
	t->after_flag = 0;
}

static void send_flag(const struct hdlc_sender *s, struct slot *t)
{
	add(t, FLAG, s->sending.shared_zero && t->after_flag ? 7 : 8);
	t->after_flag = 1;
	if (t->flags > 0)
		t->flags--;
}

static void send_octet(const struct hdlc_sender *s, struct slot *t, uint8_t octet)
{
	const struct entry *e = &s->table[t->ones][octet];

	add(t, e->bits, e->count);
	t->ones = e->ones;
}

/* From the queue, else the fill; 0 when there is neither. */
static int begin_frame(const struct hdlc_sender *s, struct slot *t)
{
	t->filling = t->waiting == 0;
	if (t->filling && t->fill_length == 0)
		return 0;
	if (t->filling) {
		t->left = t->fill_length;
		t->fill_sent = 0;
		memcpy(t->sent, t->fill, sizeof t->sent);
	} else {
		t->left = get(s, t);
		t->left |= (uint32_t)get(s, t) << 8;
	}
	t->fcs = FCS_INIT;
	t->ones = 0;
	t->after_flag = 0;
	return 1;
}

static void send_data(const struct hdlc_sender *s, struct slot *t)
{
	const uint8_t octet = t->filling ? t->sent[t->fill_sent++] : get(s, t);

	t->fcs = fcs_add(&s->fcs, t->fcs, octet);
	send_octet(s, t, octet);
	if (--t->left == 0)
		t->stage = FCS_LOW;
}

/* At least one bit more on the line. */
static void send_more(const struct hdlc_sender *s, struct slot *t)
{
	switch (t->stage) {
	case BETWEEN:
		if (t->flags > 0 || !begin_frame(s, t)) {
			send_flag(s, t);
			break;
		}
		t->stage = FRAME;
		send_data(s, t);
		break;
	case FRAME:
		send_data(s, t);
		break;
	case FCS_LOW:
		send_octet(s, t, (uint8_t)~t->fcs);
		t->stage = FCS_HIGH;
		break;
	default:
		send_octet(s, t, (uint8_t)(~t->fcs >> 8));
		t->stage = BETWEEN;
		t->flags = s->sending.flags;
		break;
	}
}

void hdlc_transmit(struct hdlc_sender *s, uint8_t *line, struct hdlc_stride stride, size_t samples)
{
	for (size_t slot = 0; slot < s->slots; slot++) {
		struct slot *t = &s->slot[slot];

		for (size_t i = 0; i < samples; i++) {
			while (t->count < 8)
				send_more(s, t);
			t->count = (uint8_t)(t->count - 8);
			line[slot * stride.slot + i * stride.octet] = (uint8_t)(t->line >> t->count);
		}
	}
}
