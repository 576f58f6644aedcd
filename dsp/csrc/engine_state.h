/* engine_state.h  What is inside an engine; only the engine's own files read this.
 *
 * Arrays run over ports unless they say otherwise; rows of speech are [ports][tick_samples].
 */
#ifndef KMCC_ENGINE_STATE_H
#define KMCC_ENGINE_STATE_H

#include "agc.h"
#include "detect.h"
#include "e1.h"
#include "echo.h"
#include "engine.h"
#include "generator.h"
#include "rack.h"
#include "rings.h"

#define ENGINE_NONE UINT32_MAX /* no port, no conference */

/* matrix.c */
struct matrix {
	uint32_t *link;       /* port whose speech is sent here, or ENGINE_NONE */
	uint32_t *conference; /* or ENGINE_NONE; never both */
	uint32_t *members;    /* [conferences] */
	int32_t  *gain;       /* ENGINE_UNITY = as it is */
	uint32_t  weighed;    /* ports with another gain */
	uint8_t  *most;       /* [conferences] so many of the loudest are heard, 0 = all */
	uint32_t  limited;    /* conferences with such a limit */
	uint32_t *loudest;    /* [conferences][ENGINE_MOST_LOUDEST] of this frame, the loudest first */
	uint32_t *level;      /* mean square of 13 bits, decaying */
	uint8_t  *chosen;     /* was among the loudest of the last frame */
	int32_t  *sum;        /* [conferences][tick_samples] of all that the members say now */
	uint8_t  *aside;      /* ENGINE_ASIDE_* */
	uint32_t  asides;     /* ports with any of it */
	int32_t  *whispered;  /* [conferences][tick_samples] of those who speak aside */
};

/* player.c */
struct player {
	const struct engine_clip **clips; /* NULL: nothing is played */
	uint32_t                  *count;
	uint32_t                  *clip;   /* the one being played */
	uint32_t                  *octet;  /* of it, the next to be sent */
	uint32_t                  *serial; /* plays begun so far */
};

/* spotter.c */
#define SPOT_PATTERNS 16u
#define SPOT_SHORTEST 64u
#define SPOT_LONGEST  512u
#define SPOT_WINDOW   (SPOT_LONGEST - 1u + DETECT_MAX_SAMPLES)

struct spotter {
	const struct engine_clip **patterns; /* NULL: nothing is looked for */
	uint32_t                  *count;
	uint32_t                  *heard;    /* octets of history, up to SPOT_LONGEST - 1 */
	uint8_t                   *window;   /* [ports][SPOT_WINDOW] history, then the frame */
};

/* speech.c */
#define ENGINE_SAMPLES_MS 8u
#define SPEECH_PAST       960u /* octets: the longest guard and a frame fit in, and every tick divides it */

struct speech {
	uint8_t  *says;  /* rows: what others hear of the ports that have a guard or gain control */
	uint8_t  *past;  /* [ports][SPEECH_PAST] */
	uint8_t  *alters;/* 1 = says is another thing than received */
	uint8_t  *agc_on;
	uint16_t *late;  /* samples that the guard keeps speech back; 0 = no guard */
	uint8_t  *ends;  /* 1 = the guard was taken away and waits for the end of a key */
	uint16_t *mute;  /* ticks still to be silenced */
	uint8_t  *keyed; /* a key is heard for certain */
};

struct engine {
	struct engine_config     config;
	uint32_t                 ports;
	uint32_t                 first_line;     /* its port */
	uint64_t                 now;
	uint8_t                 *received;       /* rows */
	uint8_t                 *sent;           /* rows */
	int16_t                 *heard;          /* rows: received, linear, of the ports that need it */
	uint8_t                 *span_rx;        /* [spans][tick_samples][32] */
	uint8_t                 *span_tx;
	uint8_t                 *span_alarm;     /* [spans] remote alarm by command */
	struct e1_sender        *sender;         /* [spans] */
	struct e1_receiver      *receiver;       /* [spans] */
	uint8_t                 *line_rx;        /* [lines][tick_samples] */
	uint8_t                 *line_in;        /* [lines] bits towards the engine */
	uint8_t                 *line_reported;
	uint8_t                 *line_out;
	uint16_t                *detect;         /* DETECT_* */
	struct engine_recorder **recorder;       /* [ports][ENGINE_TRACKS], NULL: not recorded */
	struct listener         *listener;
	struct generator        *generator;
	struct echo             *echo;
	struct agc              *agc;
	struct meter            *meter;
	uint8_t                 *metered;
	uint32_t                 meters;         /* that are on */
	struct speech            speech;
	struct matrix            matrix;
	struct player            player;
	struct spotter           spotter;
	struct ring             *command_ring;
	struct engine_command   *commands;
	uint64_t                 taken;          /* commands that were carried out */
	struct ring             *event_ring;
	struct engine_event     *events;
	struct detection        *fresh;          /* what one bank or span just reported */
	uint32_t                 fresh_room;
	struct detection        *found;          /* all of this tick, not yet in order */
	uint32_t                *order;          /* of found, by time */
	uint32_t                 found_count;
	uint32_t                 lost;           /* events since the ring was full */
};

static inline uint8_t *engine_row(const struct engine *e, uint8_t *rows, uint32_t port)
{
	return rows + (size_t)port * e->config.tick_samples;
}

static inline int16_t *engine_heard(const struct engine *e, uint32_t port)
{
	return e->heard + (size_t)port * e->config.tick_samples;
}

/* What others hear of a port. */
static inline uint8_t *engine_says(const struct engine *e, uint32_t port)
{
	return engine_row(e, e->speech.alters[port] ? e->speech.says : e->received, port);
}

/* found.c: keep an event of this tick until it is put in order; too many are counted as lost. */
void engine_found(struct engine *e, const struct detection *what);

/* found.c: this tick's events into the ring, in order of time; 1 when there was any. */
int engine_publish(struct engine *e);

/* engine.c: one tick; 1 when it left an event. */
int engine_step(struct engine *e);

/* engine.c: time passes by so many ticks in which nothing is heard or said; commands are taken. */
void engine_skip(struct engine *e, uint32_t ticks);

/* pair.c: what one engine sent from this span and line on becomes what the other receives at a place of it. */
void engine_carry(const struct engine *from, uint32_t span, uint32_t line, struct engine *to,
                  const struct rack_place *place);

/* recorder.c: so many samples of every recorder were given up. */
void recorder_skip(struct engine *e, uint32_t samples);

/* command.c */
void engine_take_commands(struct engine *e);

/* matrix.c */
void matrix_unlink(struct engine *e, uint32_t port);
void matrix_link(struct engine *e, uint32_t port, uint32_t source);
void matrix_join(struct engine *e, uint32_t port, uint32_t conference);
void matrix_aside(struct engine *e, uint32_t port, uint32_t mask);
void matrix_sum(struct engine *e);
void matrix_send(struct engine *e, uint32_t port, uint32_t from); /* the octets from `from` to the frame's end */

/* conference.c */
void conference_gain(struct engine *e, uint32_t port, uint32_t gain);
void conference_loudest(struct engine *e, uint32_t conference, uint32_t most);
void conference_forget(struct engine *e, uint32_t port);
void conference_weigh(struct engine *e); /* after listening, before matrix_sum */

/* speech.c */
void speech_guard(struct engine *e, uint32_t port, uint32_t ms);
void speech_agc(struct engine *e, uint32_t port, int on);
void speech_meter(struct engine *e, uint32_t port, int on);
void speech_keyed(struct engine *e, const struct detection *what);
void speech_run(struct engine *e, uint32_t port);

/* player.c */
void     player_start(struct engine *e, uint32_t port, const struct engine_clip *clips, uint32_t count);
void     player_stop(struct engine *e, uint32_t port);
uint32_t player_send(struct engine *e, uint32_t port); /* how many octets of the frame were the player's */

/* recorder.c */
void recorder_take(struct engine *e, uint32_t port);

/* spotter.c */
void spotter_start(struct engine *e, uint32_t port, const struct engine_clip *patterns, uint32_t count);
void spotter_hear(struct engine *e, uint32_t port);

#endif
