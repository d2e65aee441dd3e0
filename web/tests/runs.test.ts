import { expect, test } from 'vitest'
import { differences, freeName, readEvents, readSettings, settingsOf } from '../src/lib/runs'

test('only what differs is left', () => {
  const a = settingsOf('model.k: 3\nmodel.layers: [64,32]\nseed: 1\n\n# no setting')
  const b = settingsOf('model.k: 4\nmodel.layers: [64,32]\nseed: 1\nextra: a: b')
  expect([...a]).toEqual([['model.k', '3'], ['model.layers', '[64,32]'], ['seed', '1']])
  expect(differences([a, b])).toEqual([['extra', ['–', 'a: b']], ['model.k', ['3', '4']]])
  expect(differences([])).toEqual([])
})

test('a name that is free', () => {
  expect(freeName('ease', [])).toBe('ease')
  expect(freeName('ease', ['als', 'ease', 'ease-2'])).toBe('ease-3')
})

test('settings as they are typed', () => {
  expect(readSettings(' model.k=40  trainer.x=true name=a=b layers=[1,2] =3 flag')).toEqual({ 'model.k': 40, 'trainer.x': true, name: 'a=b', layers: [1, 2], flag: '' })
  expect(readSettings('')).toEqual({})
})

test('server-sent events come whole, whatever the pieces', () => {
  const text = 'event: epoch\nid: 1\ndata: {"epoch":1}\n\n: still here\n\nevent: end\ndata: {}\n\n'
  for (let cut = 0; cut <= text.length; cut++) {
    const first = readEvents(text.slice(0, cut))
    const second = readEvents(first.rest + text.slice(cut))
    expect([...first.events, ...second.events]).toEqual([{ kind: 'epoch', data: { epoch: 1 } }, { kind: 'end', data: {} }])
    expect(second.rest).toBe('')
  }
})
