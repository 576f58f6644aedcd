/* peer.c  One libopenr2 channel with its own context, told to Python by one callback. */
#include "channel.h"
#ifdef REGISTER_DSP
#include "register_dsp.h"
#endif

#include <openr2.h>
#include <stdarg.h>
#include <stdlib.h>

enum kind {
	CALL_INIT = 1, CALL_OFFERED, CALL_ACCEPTED, CALL_ANSWERED, CALL_DISCONNECTED, CALL_ENDED, PROTOCOL_ERROR,
	LINE_IDLE, LINE_BLOCKED
};

/* Defined by cffi. */
static void peer_event(int id, int kind, int argument, const char *calling, const char *called);

struct peer {
	int               id, fd;
	openr2_context_t *context;
	openr2_chan_t    *channel;
#ifdef REGISTER_DSP
	struct register_machine reader, writer;
#endif
};

#ifdef REGISTER_DSP
#define DSP (&register_dsp)
#define READER(p) (&(p)->reader)
#define WRITER(p) (&(p)->writer)
#else /* the library's own */
#define DSP NULL
#define READER(p) NULL
#define WRITER(p) NULL
#endif

static void tell(openr2_chan_t *c, int kind, int argument, const char *calling, const char *called)
{
	const struct peer *p = openr2_chan_get_client_data(c);

	peer_event(p->id, kind, argument, calling ? calling : "", called ? called : "");
}

static void on_init(openr2_chan_t *c) { tell(c, CALL_INIT, 0, NULL, NULL); }
static void on_answered(openr2_chan_t *c) { tell(c, CALL_ANSWERED, 0, NULL, NULL); }
static void on_end(openr2_chan_t *c) { tell(c, CALL_ENDED, 0, NULL, NULL); }
static void on_idle(openr2_chan_t *c) { tell(c, LINE_IDLE, 0, NULL, NULL); }
static void on_blocked(openr2_chan_t *c) { tell(c, LINE_BLOCKED, 0, NULL, NULL); }
static void on_accepted(openr2_chan_t *c, openr2_call_mode_t mode) { tell(c, CALL_ACCEPTED, (int)mode, NULL, NULL); }

static void on_offered(openr2_chan_t *c, const char *ani, const char *dnis, openr2_calling_party_category_t category)
{
	tell(c, CALL_OFFERED, (int)category, ani, dnis);
}

static void on_disconnect(openr2_chan_t *c, openr2_call_disconnect_cause_t cause)
{
	tell(c, CALL_DISCONNECTED, (int)cause, openr2_proto_get_disconnect_string(cause), NULL);
}

static void on_error(openr2_chan_t *c, openr2_protocol_error_t error)
{
	tell(c, PROTOCOL_ERROR, (int)error, openr2_proto_get_error(error), NULL);
}

static int on_dnis_digit(openr2_chan_t *c, char digit)
{
	(void)c;
	(void)digit;
	return 1; /* go on: 0 would stop the number here */
}

static void on_read(openr2_chan_t *c, const unsigned char *octets, int n)
{
	(void)c;
	(void)octets;
	(void)n;
}

static void on_alarm(openr2_chan_t *c, int alarm)
{
	(void)c;
	(void)alarm;
}

static void on_log(openr2_context_t *c, openr2_log_level_t level, const char *format, va_list arguments)
{
	(void)c;
	(void)level;
	(void)format;
	(void)arguments;
}

static openr2_event_interface_t events = {
	.on_call_init = on_init, .on_call_offered = on_offered, .on_call_accepted = on_accepted,
	.on_call_answered = on_answered, .on_call_disconnect = on_disconnect, .on_call_end = on_end,
	.on_call_read = on_read, .on_hardware_alarm = on_alarm, .on_protocol_error = on_error,
	.on_line_blocked = on_blocked, .on_line_idle = on_idle, .on_context_log = on_log,
	.on_dnis_digit_received = on_dnis_digit,
};

static int set_up(struct peer *p, const char *file, int max_ani, int max_dnis, int ani_first)
{
	p->context = openr2_context_new(DSP, &events, NULL, OR2_VAR_CHINA, max_ani, max_dnis);
	if (!p->context)
		return -1;
	openr2_context_set_ani_first(p->context, ani_first);
	openr2_context_set_log_level(p->context, OR2_LOG_NOTHING);
	if (*file && openr2_context_configure_from_advanced_file(p->context, file))
		return -1;
	p->channel = openr2_chan_new_from_fd(p->context, p->fd, WRITER(p), READER(p));
	if (!p->channel)
		return -1;
	openr2_chan_set_client_data(p->channel, p);
	openr2_chan_set_log_level(p->channel, OR2_LOG_NOTHING);
	openr2_chan_set_idle(p->channel);
	openr2_chan_enable_read(p->channel);
	return 0;
}

struct peer *peer_new(int id, const char *file, int max_ani, int max_dnis, int ani_first)
{
	struct peer *p = calloc(1, sizeof *p);

	if (!p)
		return NULL;
	p->id = id;
	p->fd = channel_open(id);
	if (p->fd >= 0 && set_up(p, file, max_ani, max_dnis, ani_first) == 0)
		return p;
	channel_close(p->fd);
	free(p);
	return NULL;
}

void peer_free(struct peer *p)
{
	openr2_context_delete(p->context);
	channel_close(p->fd);
#ifdef REGISTER_DSP
	register_dsp_free(&p->reader, &p->writer);
#endif
	free(p);
}

int  peer_fd(const struct peer *p) { return p->fd; }
void peer_run(struct peer *p) { openr2_chan_process_event(p->channel); }
int  peer_accept(struct peer *p, int mode) { return openr2_chan_accept_call(p->channel, (openr2_call_mode_t)mode); }
int  peer_block(struct peer *p) { return openr2_chan_set_blocked(p->channel); }
int  peer_unblock(struct peer *p) { return openr2_chan_set_idle(p->channel); }
int  peer_answer(struct peer *p) { return openr2_chan_answer_call(p->channel); }
int  peer_disconnect(struct peer *p, int cause) { return openr2_chan_disconnect_call(p->channel, cause); }

int peer_call(struct peer *p, const char *calling, const char *called, int category)
{
	return openr2_chan_make_call(p->channel, *calling ? calling : NULL, called,
				     (openr2_calling_party_category_t)category);
}
