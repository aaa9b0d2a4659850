/* SPDX-License-Identifier: Apache-2.0 */
/* The program's empty twin: the same objects, linked in the same way, that return at once. What a
 * run
 * costs beyond it is the run's own work; what it costs beyond bare.c is the loader's. */
int main(void)
{
	return 0;
}
