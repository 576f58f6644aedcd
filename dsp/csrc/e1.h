/* e1.h  An E1 span: frame and CAS multiframe, built and taken apart (G.704 2.3, 5.1; alarms G.706, G.732).
 *
 * A block of frames is [samples][32] octets as on the wire.  Byte alignment is given by the board; which frame is
 * even, and where the CAS multiframe begins, is found here.  The speech of channel 1..15 travels in timeslot 1..15,
 * of channel 16..30 in timeslot 17..31; arrays count channels from 0.  Timeslot 0 carries the frame alignment word
 * without CRC-4; timeslot 16 carries abcd of two channels a frame.
 */
#ifndef KMCC_E1_H
#define KMCC_E1_H

#include "detect.h"
#include "engine.h"

#define E1_BLOCKED 0x0Fu /* abcd 1111, sent until the software says otherwise */
#define E1_UNKNOWN 0xFFu /* no nibble has stood long enough yet */

struct e1_sender {
	uint8_t nibble[30];       /* abcd to send */
	uint8_t remote_alarm;     /* bit A of the odd frames */
	uint8_t multiframe_alarm; /* bit y of frame 0's timeslot 16 */
	uint8_t frame;            /* 0..15, of the multiframe; even frames carry the alignment word */
};

/* What an elastic store did to the next block of frames.  The alignments follow every frame of the line once, whatever is
 * heard of it: a controlled slip costs an octet of speech and no alignment. */
enum e1_slip {
	E1_NO_SLIP,
	E1_REPEATED, /* the first frame was in the block before */
	E1_DROPPED,  /* a frame before the first is heard by nobody: it is in `dropped` */
	E1_HELD      /* none of the frames came from the line */
};

struct e1_receiver {
	uint8_t  nibble[30];      /* the last that stood long enough; frozen while an alarm of our own stands */
	uint8_t  seen[30];        /* the last heard */
	uint16_t equal[30];       /* for how many multiframes in a row, up to persist */
	uint16_t persist;         /* multiframes of 2 ms */
	uint8_t  alarms;          /* SPAN_* */
	uint8_t  parity;          /* 0: the next frame should carry the alignment word */
	uint8_t  wrong_frames;    /* alignment words in a row that were wrong */
	uint8_t  hunted;          /* 0..2 words of FAS, NFAS, FAS found so far */
	uint8_t  remote[2];       /* bit A: last, how many in a row */
	uint8_t  multiframe;      /* 0..15: what the next frame is */
	uint8_t  wrong_words;     /* multiframe words in a row that were wrong */
	uint8_t  dead;            /* multiframes in a row whose timeslot 16 was all zero */
	uint8_t  gathered;        /* every octet of timeslot 16 in this multiframe, or'ed */
	uint8_t  before;          /* timeslot 16 of the frame before */
	uint8_t  remote_word[2];  /* bit y: last, how many in a row */
	uint8_t  is_second;       /* while the frame is lost: this frame ends a pair */
	uint8_t  zeros;           /* of the pair so far, up to 255 */
	uint8_t  was_ones;        /* the last pair */
	uint8_t  is_silent;       /* the board hears no signal: SPAN_LOS */
	uint8_t  slip;            /* enum e1_slip, of the next block only */
	uint8_t  dropped[32];     /* octets, see E1_DROPPED */
};

void e1_sender_init(struct e1_sender *s);

/* The next `samples` frames; speech is [30][samples]. */
void e1_build(struct e1_sender *s, uint8_t *frames, const uint8_t *speech, size_t samples);

/* A receiver that has heard nothing: both alignments are lost.  persist_ms is rounded up to multiframes. */
void e1_receiver_init(struct e1_receiver *r, uint32_t persist_ms);

/* Take `samples` frames apart; speech is [30][samples].  Writes EV_SIGNAL (port: channel from 0) and EV_SPAN (port 0)
 * in order of time; how many.  `room` must be at least 3 * (samples + 1). */
size_t e1_take(struct e1_receiver *r, const uint8_t *frames, uint8_t *speech, size_t samples, struct detection *out,
               size_t room);

#endif
