/* engine.h  The media engine: ports, what each of them does, and the tick that moves the speech.
 *
 * A port is a speech channel of an E1 span or a plain line (a seat's telephone).  Every tick takes one frame of
 * A-law octets from every port, runs the detectors that are switched on, moves speech through the matrix, and
 * leaves one frame for every port.  State is structure-of-arrays across ports.  The caller owns the memory;
 * nothing here allocates, locks, does I/O or calls back.  Commands go in and events come out through rings with
 * one writer and one reader each, so that a real-time thread can later own the tick.
 */
#ifndef KMCC_ENGINE_H
#define KMCC_ENGINE_H

#include "meter.h"

#include <stddef.h>
#include <stdint.h>

#define ENGINE_CHANNELS  30u   /* speech channels of an E1 span: timeslots 1-15 and 17-31 */
#define ENGINE_TIMESLOTS 32u
#define ENGINE_IDLE      0xD5u /* A-law silence */
#define ENGINE_GUARD_MS  100u  /* the longest guard */
#define ENGINE_CERTAIN_MS 40u   /* a shorter one must go by the suspicion of a key: see OP_GUARD */
#define ENGINE_UNITY     4096  /* gain of 0 dB of a conference member */
#define ENGINE_MOST_GAIN 16384u /* 12 dB */
#define ENGINE_MOST_LOUDEST 8u /* members that a conference may be limited to */
#define ENGINE_ASIDE_SPEAKS 1u /* a conference member whom only those hear who hear asides */
#define ENGINE_ASIDE_HEARS  2u /* a member who hears them */
#define ENGINE_TRACKS    2u    /* recorders a port: the call's, and that of a message left in it */

struct engine;

struct engine_config {
	uint32_t spans;         /* E1 spans; their ports come first, 30 a span */
	uint32_t lines;         /* plain lines; their ports follow */
	uint32_t conferences;   /* conference rooms */
	uint32_t tick_samples;  /* 16, 64 or 80 samples of 125 us */
	uint32_t persist_ms;    /* a signalling nibble must stand this long to be reported; 20 by Q.422 2.3.2 */
	uint32_t cancellers;    /* line echo cancellers that all ports share */
};

/* What a port's signalling nibble, tone, key or voice did.  `at` counts samples since engine_init. */
enum engine_event_kind {
	EV_SIGNAL = 1,    /* code: received nibble abcd (E1) or line bits (plain line), after persistence */
	EV_DTMF_ON,       /* code: ASCII digit; a, b: level of low and high tone, 0.01 dBm0 */
	EV_DTMF_OFF,      /* code: ASCII digit; a: duration in samples */
	EV_MFC_ON,        /* code: signal 1..15, 0 = foreign (third tone, 540/660 Hz); a, b: levels of both tones, 0.01 dBm0 */
	EV_MFC_OFF,       /* code: as above; a: duration in samples; b: samples since it ended */
	EV_TONE_ON,       /* progress tone began; code: 0 = 450 Hz, or set of the profile; a: level, 0.01 dBm0; b: samples since */
	EV_TONE_OFF,      /* code: as above; a: duration in samples; b: samples since it ended */
	EV_VOICE_ON,      /* voice or other sound that is no lone progress tone; b: samples since it began, to a block */
	EV_VOICE_OFF,     /* silence; b: samples since it began: the hangover */
	EV_FAX_ON,        /* code: FAX_*; a: level, 0.01 dBm0; b: samples since it began.  Told anew when it changes */
	EV_FAX_OFF,       /* code: as last told; a: duration in samples; b: samples since it ended */
	EV_BEEP_ON,       /* a lone tone of 800..2000 Hz; code: Hz; a: level, 0.01 dBm0; b: samples since it began */
	EV_BEEP_OFF,      /* code: Hz; a: duration in samples; b: samples since it ended */
	EV_PLAY_DONE,     /* code: 1 played to its end, 0 stopped by command; a: which play of this port, from 1 */
	EV_SEND_DONE,     /* a generated tone with an end is over */
	EV_RECORD_HALF,   /* code: track; half of the recorder's ring is filled: drain it */
	EV_SPOTTED,       /* code: index of the pattern that was heard */
	EV_FSK_CARRIER,   /* code: 1 came, 0 went; a: level, 0.01 dBm0 */
	EV_FSK_OCTET,     /* code: octet of a start-stop frame; a: 1 when its stop bit was a space */
	EV_SPAN,          /* port: span number; code: alarm bits now (SPAN_*) */
	EV_OVERRUN        /* events were lost because the ring was full; a: how many */
};

/* Alarms of a span (G.704, G.732): loss of frame, loss of CAS multiframe, remote alarm (bit A), remote multiframe
 * alarm (bit y), loss of signal as the board tells it, and all ones (G.775).  Both alignments are lost at init, until
 * frames come.  LOF is answered with A, LOMF with y, by the engine. */
enum { SPAN_LOF = 1, SPAN_LOMF = 2, SPAN_RAI = 4, SPAN_RMA = 8, SPAN_LOS = 16, SPAN_AIS = 32 };

struct engine_event {
	uint64_t at;
	uint32_t port;
	uint16_t kind;
	uint16_t code;
	int32_t  a;
	int32_t  b;
};

/* Detector switches. */
enum {
	DETECT_DTMF = 1,
	DETECT_MFC_FORWARD = 2,
	DETECT_MFC_BACKWARD = 4,
	DETECT_PROGRESS = 8,
	DETECT_VOICE = 16,
	DETECT_FAX = 32,
	DETECT_FSK_BELL202 = 64,
	DETECT_FSK_V23 = 128,
	DETECT_BEEP = 256,
	DETECT_SUPERVISORY = 512 /* the tones of a profile (tone_set.h) instead of 450 Hz alone */
};

/* Tones of fax machines and modems: T.30 calls ANS of V.25 CED; ANSam is V.8's.  REVERSED: in phase, every 450 ms.
 * PREAMBLE: the flags of V.21 channel 2 before each frame of T.30. */
enum { FAX_CNG = 1, FAX_CED, FAX_CED_REVERSED, FAX_ANSAM, FAX_ANSAM_REVERSED, FAX_PREAMBLE };

/* A run of A-law octets to be played; the caller keeps them alive until EV_PLAY_DONE. */
struct engine_clip {
	const uint8_t *octets;
	uint32_t       length;
	uint32_t       reserved;
};

/* Two frequencies with a cadence: on and off, in samples, for up to four pairs; all zero = continuous. */
struct engine_tone {
	float    hz[2];         /* 0 = absent */
	float    dbm0[2];
	uint32_t on[4];
	uint32_t off[4];
	uint32_t repeats;       /* of the whole cadence; 0 = for ever */
	uint32_t until;         /* EV_MFC_ON or EV_MFC_OFF: told of a signal 1..15 on its port, it ends the tone before the
	                           frame of that tick, without EV_SEND_DONE; 0 = none does */
};

/* A-law recorder of what the port hears, with two sides also of what it is sent (left and right, interleaved).
 * The tick writes, recorder_drain reads; one of each. */
struct engine_recorder {
	uint8_t *ring;
	uint32_t size;          /* octets, a power of two */
	uint32_t lost;          /* octets that found no room */
	uint32_t sides;         /* 1 or 2 */
	uint32_t reserved;
	uint64_t written;
	uint64_t drained;
};

enum engine_op {
	OP_DETECT = 1,    /* value: DETECT_* mask (replaces the old one) */
	OP_SIGNAL,        /* value: nibble to send on the signalling channel */
	OP_LINK,          /* value: port whose received speech is sent here */
	OP_UNLINK,        /* leaves link and conference */
	OP_JOIN,          /* value: conference */
	OP_PLAY,          /* data: struct engine_clip[value] */
	OP_STOP_PLAY,
	OP_SEND_TONE,     /* data: struct engine_tone, copied when the command is taken */
	OP_STOP_TONE,
	OP_RECORD,        /* value: track; data: struct engine_recorder */
	OP_STOP_RECORD,   /* value: track */
	OP_SPOT,          /* data: struct engine_clip[value]: patterns of equal use; 0 = none.  For simulated callers */
	OP_ECHO,          /* value: echo_mode mask of echo.h, 0 = off; passed over when no canceller is free */
	OP_ECHO_DISABLE,  /* a modem's tone was heard: cancel no echo until the port is silent (G.168 clause 7) */
	OP_GUARD,         /* value: ms that what others hear of the port is late, silent while a key is heard (from 40 ms on)
	                   or suspected, which also takes syllables from speech (below); 0 = off once no key is heard */
	OP_AGC,           /* value: 1 = others hear the port about as loud as any other, whoever speaks */
	OP_METER,         /* value: 1 = measure the port's level from now on (engine_level) */
	OP_GAIN,          /* value: how loud others in its conference hear the port, ENGINE_UNITY = as it is */
	OP_ASIDE,         /* value: ENGINE_ASIDE_* mask: whom the port whispers to in its conference, 0 = speaks to all */
	OP_LOUDEST,       /* port: conference; value: so many of the loudest members are heard, 0 = all */
	OP_SPAN_ALARM     /* port: span; value: 1 sends remote alarm */
};

struct engine_command {
	uint32_t    port;
	uint16_t    op;
	uint16_t    reserved;
	uint32_t    value;
	const void *data;
};

/* Octets of memory for such an engine, or 0 when the configuration is out of range. */
size_t engine_size(const struct engine_config *config);

/* Lay an engine into `memory` (64-octet aligned, engine_size octets); all ports idle. */
struct engine *engine_init(void *memory, const struct engine_config *config);

/* Queue a command for the next tick.  0, or -1 when the ring is full. */
int engine_post(struct engine *e, const struct engine_command *command);

/* How many commands were carried out since engine_init: what an older one pointed to, and no later one points to, is not
 * read any more.  It may be asked from any thread. */
uint64_t engine_taken(const struct engine *e);

/* Take up to `room` events, oldest first; how many. */
uint32_t engine_events(struct engine *e, struct engine_event *out, uint32_t room);

/* One tick: received frames in, frames to send out. */
void engine_tick(struct engine *e);

/* Up to `ticks` ticks, ending after the first that left an event; how many were run.
 * engine_run leaves the received frames as they are; engine_run_pair joins the spans and lines of a and b. */
uint32_t engine_run(struct engine *e, uint32_t ticks);
uint32_t engine_run_pair(struct engine *a, struct engine *b, uint32_t ticks);

/* What the meter of a port has measured since OP_METER. */
void engine_level(const struct engine *e, uint32_t port, struct meter_reading *out);

uint64_t engine_now(const struct engine *e);  /* samples */

/* The board's side.  A span frame is [tick_samples][32] octets as on the wire; a line frame [tick_samples]. */
uint8_t       *engine_span_rx(struct engine *e, uint32_t span);
const uint8_t *engine_span_tx(const struct engine *e, uint32_t span);
uint8_t       *engine_line_rx(struct engine *e, uint32_t line);
const uint8_t *engine_line_tx(const struct engine *e, uint32_t line);
void           engine_line_signal(struct engine *e, uint32_t line, uint8_t bits);  /* towards the engine */
uint8_t        engine_line_signalled(const struct engine *e, uint32_t line);       /* from the engine */

/* Write what the recorder holds to a file; octets written, or -1 (errno is set). Not from the tick. */
int64_t recorder_drain(struct engine_recorder *r, int fd);

#endif
