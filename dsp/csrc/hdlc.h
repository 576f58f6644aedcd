/* hdlc.h  HDLC on 64 kbit/s timeslots, many at once: flags, zero insertion, FCS-16, abort, octet counting (Q.703, ISO 13239).
 *
 * The bit that the line brings first is the highest of a timeslot's octet; data octets go lowest bit first, so 7EH is
 * a flag in both.  A timeslot lies in memory at `stride.slot` from the next one, and its octets at `stride.octet` from
 * each other: {samples, 1} for rows, {1, 32} for E1 frames as they come.
 *
 * Both engines go by tables, an octet at a time: a timeslot's state is one small struct, and slots do not wait for
 * each other.  Lanes across slots would not pay: what an octet does depends on where its flags and stuffed bits are.
 */
#ifndef KMCC_HDLC_H
#define KMCC_HDLC_H

#include <stddef.h>
#include <stdint.h>

#define HDLC_MOST_OCTETS 4096u /* of a frame with its FCS */

struct hdlc_stride {
	size_t slot;
	size_t octet;
};

enum hdlc_status {
	HDLC_GOOD = 1,   /* its octets are there, without the FCS */
	HDLC_BAD_FCS,
	HDLC_SHORT,      /* fewer octets than a frame may have */
	HDLC_LONG,       /* more, before its end was there */
	HDLC_UNEVEN,     /* no whole number of octets */
	HDLC_ABORT,      /* seven marks in a row, or more, within a frame or between frames */
	HDLC_COUNTED     /* 16 octets went by in octet counting mode */
};

struct hdlc_frame {
	uint32_t slot;
	uint16_t status;
	uint16_t length;  /* octets; 0 unless HDLC_GOOD */
	uint32_t begin;   /* of the octets, in the caller's buffer */
	uint32_t offset;  /* octet of this feed after which it was certain, 1..samples */
};

struct hdlc_limits {
	uint32_t shortest;  /* octets with the FCS, 3 or more; 5 by Q.703 */
	uint32_t longest;   /* 279 by Q.703: m + 7 */
	uint32_t counting;  /* 1: octet counting mode of Q.703 4.1.4, which also hides what is wrong while it lasts */
};

/* What a feed found; both arrays are the caller's. */
struct hdlc_found {
	struct hdlc_frame *frames;
	uint8_t           *octets;
	size_t             frame_room;
	size_t             octet_room;
	size_t             count;
	size_t             used;  /* octets */
	size_t             lost;  /* frames that found no room */
};

struct hdlc_receiver;
size_t                hdlc_receiver_size(size_t slots, const struct hdlc_limits *limits);
struct hdlc_receiver *hdlc_receiver_init(void *memory, size_t slots, const struct hdlc_limits *limits);
void                  hdlc_receiver_restart(struct hdlc_receiver *r, size_t slot);

/* Hear `samples` octets of each slot; `found` is filled slot by slot.  Nothing is lost with room for two frames an
 * octet of each slot, and for so many octets more than those as the longest frame of each slot has. */
void                  hdlc_feed(struct hdlc_receiver *r, const uint8_t *line, struct hdlc_stride stride, size_t samples,
                                struct hdlc_found *found);

struct hdlc_sending {
	uint32_t flags;        /* between two frames: 1 = the closing flag of one opens the next */
	uint32_t shared_zero;  /* 1: idle flags share their zeros, seven bits each */
	uint32_t queue;        /* octets a slot: frames that wait, each with two octets more */
};

struct hdlc_sender;
size_t              hdlc_sender_size(size_t slots, const struct hdlc_sending *sending);
struct hdlc_sender *hdlc_sender_init(void *memory, size_t slots, const struct hdlc_sending *sending);

/* Queue a frame without its FCS, 1 octet or more.  0, or -1 when there is no room for it now. */
int                 hdlc_queue(struct hdlc_sender *s, size_t slot, const uint8_t *octets, size_t length);

/* Sent again and again while the queue is empty (the FISU of Q.703); length 0 = flags.  At most HDLC_FILL octets. */
#define HDLC_FILL 16u
void                hdlc_fill(struct hdlc_sender *s, size_t slot, const uint8_t *octets, size_t length);

/* Break off the frame that is being sent by eight marks, and forget those that wait. */
void                hdlc_abort(struct hdlc_sender *s, size_t slot);
size_t              hdlc_waiting(const struct hdlc_sender *s, size_t slot);  /* octets in the queue */
void                hdlc_transmit(struct hdlc_sender *s, uint8_t *line, struct hdlc_stride stride, size_t samples);

#endif
