// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "cli/progress.h"

#include <inttypes.h>
#include <sys/ioctl.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "cli/print.h"

#define TICK_NS 100000000ull
#define RATE_NS 2000000000ull	  /* a rate is that of the last two to four seconds */
#define RATE_FROM_NS 200000000ull /* sooner it would be noise */

/* Columns. "999.9 kB / 999.9 kB" and "999.9 kB/s", two blanks before each. */
#define BYTES_WIDTH 19
#define RATE_WIDTH 10
#define BAR_MAX 30
#define LABEL_MAX 32

enum state { WAITING, RUNNING, ENDED };

/* Bytes at two times; the rate is that since the older one. */
struct rate {
	uint64_t at_ns[2];
	uint64_t bytes[2];
};

struct item {
	char *label;
	uint64_t size_bytes;
	uint64_t bytes;
	enum state state;
	char *word; /* NULL: done */
	struct rate rate;
	bool is_left;	/* written above for good */
	bool is_chosen; /* of this drawing */
};

struct progress {
	bool is_shown;
	struct item *items;
	size_t n_items;
	size_t cap;
	struct rate rate; /* of all */
	uint64_t drawn_ns;
	size_t *widths; /* of the lines that stand there */
	size_t n_widths;
};

bool progress_is_wanted(void)
{
	const char *term = getenv("TERM");

	return isatty(STDERR_FILENO) && term && *term && strcmp(term, "dumb") != 0;
}

struct progress *progress_new(bool is_shown)
{
	struct progress *progress = mem_alloc(sizeof(*progress));

	progress->is_shown = is_shown;
	return progress;
}

size_t progress_add(struct progress *progress, const char *label, uint64_t size_bytes)
{
	struct item *item;

	ARRAY_ROOM(progress->items, progress->n_items, progress->cap);
	item = &progress->items[progress->n_items];
	*item = (struct item){ .label = text_printable(label, strlen(label)),
			       .size_bytes = size_bytes };
	return progress->n_items++;
}

void progress_set_size(struct progress *progress, size_t id, uint64_t size_bytes)
{
	progress->items[id].size_bytes = size_bytes;
}

void progress_set(struct progress *progress, size_t id, uint64_t bytes)
{
	struct item *item = &progress->items[id];

	if (item->state == WAITING)
		item->state = RUNNING;
	item->bytes = bytes;
}

void progress_end(struct progress *progress, size_t id, const char *word)
{
	struct item *item = &progress->items[id];

	item->state = ENDED;
	free(item->word);
	item->word = word ? text_printable(word, strlen(word)) : NULL;
	if (!word && item->bytes < item->size_bytes)
		item->bytes = item->size_bytes;
}

/* Bytes a second; 0 while it cannot be told. */
static uint64_t rate_at(struct rate *rate, uint64_t bytes, uint64_t now_ns)
{
	uint64_t passed_ns;

	if (!rate->at_ns[0] || bytes < rate->bytes[0] || bytes < rate->bytes[1])
		*rate = (struct rate){ { now_ns, now_ns }, { bytes, bytes } };
	passed_ns = now_ns - rate->at_ns[0];
	if (now_ns - rate->at_ns[1] >= RATE_NS) {
		rate->at_ns[0] = rate->at_ns[1];
		rate->bytes[0] = rate->bytes[1];
		rate->at_ns[1] = now_ns;
		rate->bytes[1] = bytes;
		passed_ns = now_ns - rate->at_ns[0];
	}
	if (passed_ns < RATE_FROM_NS)
		return 0;
	return (double)(bytes - rate->bytes[0]) * 1e9 / passed_ns;
}

/* What one line shows. */
struct line {
	const char *label;
	uint64_t bytes;
	uint64_t size_bytes;
	uint64_t rate;
	const char *word; /* in place of bar, bytes and rate; or NULL */
};

static void pad(struct str *out, size_t n)
{
	str_addf(out, "%*s", (int)n, "");
}

/* The label in exactly `width` columns. */
static void add_label(const char *label, size_t width, struct str *out)
{
	size_t len = strlen(label), used = utf8_width(label, len), end = 0;

	if (used <= width) {
		str_adds(out, label);
		pad(out, width - used);
		return;
	}
	for (size_t column = 0, n; column + 1 < width; column++) {
		n = utf8_length(label + end, len - end);
		end += n ? n : 1;
	}
	str_add(out, label, end);
	if (width)
		str_adds(out, "…");
}

static void add_bar(const struct line *line, size_t width, struct str *out)
{
	size_t inner = width - 2, full = 0;

	if (line->size_bytes)
		full = line->bytes >= line->size_bytes
			       ? inner
			       : (double)line->bytes / line->size_bytes * inner;
	str_addc(out, '[');
	for (size_t i = 0; i < inner; i++)
		str_addc(out, i < full ? '#' : '.');
	str_addc(out, ']');
}

static void add_bytes(const struct line *line, struct str *out)
{
	AUTO(free) char *bytes = print_size(line->bytes);
	AUTO(free) char *size = line->size_bytes ? print_size(line->size_bytes) : mem_text("?");

	str_addf(out, "%8s / %-8s", bytes, size);
}

static void add_rate(const struct line *line, struct str *out)
{
	AUTO(free) char *size = line->rate ? print_size(line->rate) : NULL;
	AUTO(free) char *rate = size ? mem_printf("%s/s", size) : mem_text("");

	str_addf(out, "%*s", RATE_WIDTH, rate);
}

static void add_percent(const struct line *line, struct str *out)
{
	uint64_t percent = 0;

	if (line->size_bytes)
		percent = line->bytes >= line->size_bytes
				  ? 100
				  : (double)line->bytes / line->size_bytes * 100;
	str_addf(out, "%3" PRIu64 "%%", percent);
}

static void add_word(const struct line *line, size_t label_width, size_t width, struct str *out)
{
	size_t needed = utf8_width(line->word, strlen(line->word)), left;

	left = width > needed + 2 ? width - needed - 2 : 0;
	add_label(line->label, left < label_width ? left : label_width, out);
	if (left)
		str_adds(out, "  ");
	add_label(line->word, needed < width ? needed : width, out);
}

/* One line of at most `width` columns: what does not fit is left out, the bar first. */
static void add_line(const struct line *line, size_t label_width, size_t width, struct str *out)
{
	const size_t numbers = 2 + BYTES_WIDTH + 2 + RATE_WIDTH;
	size_t bar;

	if (line->word) {
		add_word(line, label_width, width, out);
		return;
	}
	if (width < 8 + 2 + BYTES_WIDTH) {
		add_label(line->label, width > 5 ? width - 5 : 0, out);
		str_adds(out, width > 5 ? " " : "");
		if (width >= 4)
			add_percent(line, out);
		return;
	}
	if (width < 8 + numbers) {
		add_label(line->label, width - 2 - BYTES_WIDTH, out);
		str_adds(out, "  ");
		add_bytes(line, out);
		return;
	}
	if (label_width > width - numbers)
		label_width = width - numbers;
	add_label(line->label, label_width, out);
	bar = width - numbers - label_width;
	bar = bar > BAR_MAX + 2 ? BAR_MAX + 2 : bar;
	if (bar >= 8) {
		str_adds(out, "  ");
		add_bar(line, bar - 2, out);
	}
	str_adds(out, "  ");
	add_bytes(line, out);
	str_adds(out, "  ");
	add_rate(line, out);
}

/* A drawing while it is made. */
struct drawing {
	struct progress *progress;
	struct str *out;
	size_t width; /* of a line: one less than the terminal's, which may wrap at its last */
	size_t label_width;
};

static void end_line(struct drawing *d, size_t start)
{
	size_t end = d->out->len;

	while (end > start && d->out->data[end - 1] == ' ')
		end--;
	str_cut(d->out, end);
	str_adds(d->out, "\x1b[K\n");
}

static void draw_item(struct drawing *d, struct item *item, uint64_t now_ns)
{
	size_t start = d->out->len;
	struct line line = { .label = item->label,
			     .bytes = item->bytes,
			     .size_bytes = item->size_bytes };

	if (item->state == RUNNING)
		line.rate = rate_at(&item->rate, item->bytes, now_ns);
	else
		line.word = item->state == WAITING ? "waiting" : item->word;
	add_line(&line, d->label_width, d->width, d->out);
	if (!d->out->is_full)
		end_line(d, start);
}

/* A line that stays in the block: its width is kept, for when the terminal breaks it anew. */
static void note_width(struct drawing *d, size_t start)
{
	struct progress *progress = d->progress;
	const char *text = d->out->data + start;
	size_t len = d->out->len - start;

	if (d->out->is_full)
		return;
	len -= sizeof("\x1b[K\n") - 1;
	progress->widths[progress->n_widths++] = utf8_width(text, len);
}

/* Back to the first row of what stands there; a terminal that has become narrower has broken it. */
static void go_back(struct progress *progress, const struct progress_screen *screen,
		    struct str *out)
{
	size_t rows = 0;

	for (size_t i = 0; i < progress->n_widths; i++)
		rows += progress->widths[i] <= screen->columns
				? 1
				: (progress->widths[i] + screen->columns - 1) / screen->columns;
	progress->n_widths = 0;
	if (screen->rows && rows >= screen->rows)
		rows = screen->rows - 1;
	str_addc(out, '\r');
	if (rows)
		str_addf(out, "\x1b[%zuA", rows);
}

/* Items that ended and have no room are written above. */
static void leave_ended(struct drawing *d, size_t room, uint64_t now_ns)
{
	struct progress *progress = d->progress;
	size_t n = 0;

	for (size_t i = 0; i < progress->n_items; i++)
		n += !progress->items[i].is_left;
	for (size_t i = 0; i < progress->n_items && n > room; i++) {
		struct item *item = &progress->items[i];

		if (item->is_left || item->state != ENDED)
			continue;
		draw_item(d, item, now_ns);
		item->is_left = true;
		n--;
	}
}

/* Of what is left, up to `room`: those that run (or the others) that are not chosen yet. */
static size_t choose(struct progress *progress, bool is_running, size_t room)
{
	size_t n = 0;

	for (size_t i = 0; i < progress->n_items && n < room; i++) {
		struct item *item = &progress->items[i];

		if (item->is_left || (item->state == RUNNING) != is_running)
			continue;
		item->is_chosen = true;
		n++;
	}
	return n;
}

static void draw_total(struct drawing *d, uint64_t now_ns)
{
	struct progress *progress = d->progress;
	AUTO(free) char *label = NULL;
	struct line line = { 0 };
	size_t n_ended = 0, start = d->out->len;

	for (size_t i = 0; i < progress->n_items; i++) {
		const struct item *item = &progress->items[i];

		n_ended += item->state == ENDED;
		if (item->word)
			continue;
		line.bytes += item->bytes;
		line.size_bytes += item->size_bytes > item->bytes ? item->size_bytes : item->bytes;
	}
	label = mem_printf("%zu of %zu", n_ended, progress->n_items);
	line.label = label;
	line.rate = rate_at(&progress->rate, line.bytes, now_ns);
	if (!line.size_bytes && n_ended == progress->n_items)
		line.word = "nothing to transfer";
	add_line(&line, d->label_width, d->width, d->out);
	if (!d->out->is_full)
		end_line(d, start);
}

static size_t label_width(const struct progress *progress)
{
	size_t widest = sizeof("99 of 99") - 1;

	for (size_t i = 0; i < progress->n_items; i++) {
		size_t width =
			utf8_width(progress->items[i].label, strlen(progress->items[i].label));

		widest = width > widest ? width : widest;
	}
	return widest < LABEL_MAX ? widest : LABEL_MAX;
}

void progress_draw(struct progress *progress, const struct progress_screen *screen, struct str *out)
{
	struct drawing d = { progress, out, screen->columns - 1, label_width(progress) };
	size_t room, start;

	if (screen->columns < 2 || !progress->n_items)
		return;
	go_back(progress, screen, out);
	progress->widths =
		mem_resize(progress->widths, progress->n_items + 1, sizeof(*progress->widths));
	/* a row for the line of all, and the free one at the end */
	room = screen->rows > 3 ? screen->rows - 2 : 1;
	leave_ended(&d, room, screen->now_ns);
	room -= choose(progress, true, room);
	choose(progress, false, room);
	for (size_t i = 0; i < progress->n_items; i++) {
		if (!progress->items[i].is_chosen)
			continue;
		start = out->len;
		draw_item(&d, &progress->items[i], screen->now_ns);
		note_width(&d, start);
		progress->items[i].is_chosen = false;
	}
	start = out->len;
	draw_total(&d, screen->now_ns);
	note_width(&d, start);
	str_adds(out, "\x1b[J");
}

static struct progress_screen screen_now(void)
{
	struct progress_screen screen = { .now_ns = clock_ns() };
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0) {
		screen.columns = size.ws_col ? size.ws_col : 80;
		screen.rows = size.ws_row ? size.ws_row : 24;
	}
	return screen;
}

/* A terminal that does not take it is not worth an error. */
static void put(const struct str *text)
{
	const char *p = str_text(text);
	size_t left = text->len;
	ssize_t n;

	while (left && (n = write(STDERR_FILENO, p, left)) > 0) {
		p += n;
		left -= n;
	}
}

static void draw_now(struct progress *progress)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_TEXT);
	struct progress_screen screen = screen_now();

	progress->drawn_ns = screen.now_ns;
	progress_draw(progress, &screen, &text);
	if (!text.is_full)
		put(&text);
}

void progress_tick(struct progress *progress)
{
	if (progress->is_shown && clock_ns() - progress->drawn_ns >= TICK_NS)
		draw_now(progress);
}

void progress_clear(struct progress *progress)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_TEXT);
	struct progress_screen screen = screen_now();

	if (!progress->is_shown || !progress->n_widths || screen.columns < 2)
		return;
	go_back(progress, &screen, &text);
	str_adds(&text, "\x1b[J");
	put(&text);
	progress->drawn_ns = 0;
}

void progress_finish(struct progress *progress)
{
	if (!progress)
		return;
	if (progress->is_shown)
		draw_now(progress);
	for (size_t i = 0; i < progress->n_items; i++) {
		free(progress->items[i].label);
		free(progress->items[i].word);
	}
	free(progress->items);
	free(progress->widths);
	free(progress);
}
