/* echo_plain.c  The line echo canceller's block for any machine; with SSE2 on every x86-64. */
#define ECHO_WIDE   4
#define ECHO_CANCEL echo_cancel_plain
#include "echo_cancel.h"
