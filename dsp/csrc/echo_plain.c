/* echo_plain.c  The line echo canceller's block for any machine. */
#define ECHO_WIDE   4
#define ECHO_WORK   echo_work_plain
#include "echo_work.h"
