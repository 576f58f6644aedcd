/* dtmf.h  Settings and state of the digit detector beyond switching it on (listener.h does that). */
#ifndef KMCC_DTMF_H
#define KMCC_DTMF_H

#include "detect.h"

enum dtmf_mode {
	DTMF_NORMAL,    /* the limits of Q.24 */
	DTMF_DIAL_TONE, /* 450 Hz as loud as each tone of the digit does not matter */
	DTMF_IN_SPEECH, /* for keys over an announcement: heard in more speech, and imitated by it more often */
};

enum { DTMF_GROUP = 32 }; /* ports */

/* The mode of a port, kept while the detector is switched off and on.  Nothing when l is not laid out for it. */
void     dtmf_set_mode(struct listener *l, size_t port, uint32_t mode);

/* Ports of a group that may be hearing a digit, a bit each: from the first block on that looks like one, long before
 * it is certain, until it has ended or turned out to be none.  For muting keyed secrets in time. */
uint32_t dtmf_suspects(const struct listener *l, size_t group);

#endif
