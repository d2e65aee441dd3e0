import { expect, test } from 'vitest'
import { query } from '../src/lib/api'
import { offers, takes } from '../src/lib/offers'
import { patched } from '../src/lib/router'

test('the query with some keys changed', () => {
  expect(patched('?a=1&b=2', { b: 3 })).toBe('?a=1&b=3')
  expect(patched('?a=1&b=2', { a: null, b: '' })).toBe('')
  expect(patched('', { genre: ['A', 'B'], x: undefined })).toBe('?genre=A&genre=B')
  expect(patched('?q=1', { q: 'a&b=c#d' })).toBe('?q=a%26b%3Dc%23d')
})

test('parameters of a request', () => {
  expect(query({})).toBe('')
  expect(query({ a: 1, b: null, c: ['x', 'y'], d: '', e: false })).toBe('?a=1&c=x&c=y&e=false')
})

test('which routes a server offers', () => {
  const document = { paths: { '/api/users/{id}/ratings': { put: {} }, '/genres': { get: {} } } }
  expect(offers(document, 'PUT', '/api/users/{user}/ratings')).toBe(true)
  expect(offers(document, 'GET', '/api/users/{id}/ratings')).toBe(false)
  expect(offers(document, 'GET', '/api/map')).toBe(false)
  expect(offers(null, 'GET', '/genres')).toBeUndefined()
})

test('which parameters a route takes', () => {
  const body = { content: { 'application/json': { schema: { properties: { q: {} } } } } }
  const document = { paths: { '/api/similar/{id}': { get: { parameters: [{ name: 'by', in: 'query' }] }, post: { requestBody: body } } } }
  expect(takes(document, 'GET', '/api/similar/{id}', 'by')).toBe(true)
  expect(takes(document, 'POST', '/api/similar/{id}', 'q')).toBe(true)
  expect(takes(document, 'POST', '/api/similar/{id}', 'by')).toBe(false)
  expect(takes(undefined, 'GET', '/api/similar/{id}', 'by')).toBe(false)
})
