/* SPDX-License-Identifier: Apache-2.0 */
/* An empty copy of the program: the same objects, linked in the same way, that return at once. The
 * difference to the program is the work of a run; the difference to bare.c is the loader. */
int main(void)
{
	return 0;
}
