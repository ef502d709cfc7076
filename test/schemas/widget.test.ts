// The seam of widgets: signed for the platform, refused from a centre's own desk.
import { expect, test } from 'vitest';
import { AskedDraft } from '../../controller/core/signing-statement.ts';
import { centreRoles } from '../../controller/provision/signing-keys.ts';
import { checkBulletin } from '../../hardware/host/bulletin-check.ts';
import { roleOf } from '../../schemas/keys.ts';
import { parse } from '../../schemas/parse.ts';
import { Item } from '../../schemas/programme.ts';
import { Widget, widgetOrigin, widgetSandbox } from '../../schemas/widget.ts';

const widget = { id: 'thoi-tiet', version: 1, sha256: 'a'.repeat(64), bytes: 1000, title: 'Thời tiết' };

test('a widget needs the role that no centre’s desk has, and the desk is not even asked for one', () => {
  expect(parse(Widget, widget).ok).toBe(true);
  expect(centreRoles as readonly string[]).not.toContain(roleOf.widget);
  expect(parse(AskedDraft, { typ: 'widget', aud: 'd/loa-1', body: '{}' }).ok).toBe(false);
});

test('each stands alone on its origin, in a sandbox that it cannot take off', () => {
  expect(widgetOrigin(widget, 80)).toBe('http://thoi-tiet.localhost:80');
  expect(widgetSandbox).not.toContain('same-origin');
});

test('no programme can carry one, and a bulletin with script is none', () => {
  const item = {
    sha256: widget.sha256,
    bytes: 1,
    type: 'application/vnd.loa.widget',
    title: 'x',
    language: 'vi',
    durationMs: 1,
    gainDb: 0,
  };
  expect(parse(Item, item).ok).toBe(false);
  expect(checkBulletin('<!doctype html>\n<html lang="vi"><head></head><body><script>1</script></body></html>').ok).toBe(false);
});
