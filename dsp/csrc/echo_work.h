/* echo_work.h  A block through canceller and residue; the including file says for which machine. */
#include "echo_cancel.h"
#include "echo_fill.h"

void ECHO_WORK(struct echo_group *g, struct echo_residue *r, uint32_t row, struct echo_block *b)
{
	for (uint32_t lane = 0; lane < ECHO_LANES; lane += ECHO_WIDE) {
		cancel(g, row, b, lane);
		fill(r, b, lane);
	}
	g->blocks++;
	echo_residue_count(r);
}
