import { expect, test } from 'vitest'
import { type Environment, readConfig } from '../../src/kit/config.ts'

const whole = {
  S3_ENDPOINT: 'https://minio.example:9000/',
  S3_BUCKET: 'media',
  S3_ACCESS_KEY_ID: 'id',
  S3_SECRET_ACCESS_KEY: 'secret',
}

test('without any, media are files; with all, they are in the bucket', () => {
  expect(readConfig({}).s3).toBeUndefined()
  expect(readConfig({ S3_BUCKET: ' ', S3_REGION: '' }).s3).toBeUndefined()
  expect(readConfig(whole).s3).toEqual({
    endpoint: 'https://minio.example:9000',
    region: 'us-east-1',
    bucket: 'media',
    accessKeyId: 'id',
    secretAccessKey: 'secret',
    pathStyle: true,
    prefix: '',
  })
})

test('AWS needs a region and no address; the bucket is then in the host', () => {
  const { S3_ENDPOINT: _, ...aws } = whole
  const found = (more: Environment) => readConfig({ ...aws, S3_REGION: 'eu-central-1', ...more }).s3
  expect(found({})).toMatchObject({ endpoint: 'https://s3.eu-central-1.amazonaws.com', pathStyle: false })
  expect(found({ S3_FORCE_PATH_STYLE: 'true' })).toMatchObject({ pathStyle: true })
})

test('a prefix stands before every key, however it was typed', () => {
  for (const typed of ['crier', 'crier/', '/crier/'])
    expect(readConfig({ ...whole, S3_PREFIX: typed }).s3?.prefix).toBe('crier/')
  expect(readConfig({ ...whole, S3_PREFIX: '/' }).s3?.prefix).toBe('')
})

test('set in part, it names what is missing', () => {
  for (const name of Object.keys(whole) as (keyof typeof whole)[]) {
    const { [name]: _, ...rest } = whole
    expect(() => readConfig(rest), name).toThrow(`${name} is not set, though S3_`)
  }
  expect(() => readConfig({ S3_PREFIX: 'crier/' })).toThrow('S3_BUCKET is not set, though S3_PREFIX is')
})

test('a value that does not fit is named; a key is not repeated', () => {
  expect(() => readConfig({ ...whole, S3_BUCKET: 'a/b' })).toThrow('S3_BUCKET is "a/b"')
  expect(() => readConfig({ ...whole, S3_ENDPOINT: 'minio:9000' })).toThrow('S3_ENDPOINT is "minio:9000"')
  expect(() => readConfig({ ...whole, S3_FORCE_PATH_STYLE: 'yes' })).toThrow('S3_FORCE_PATH_STYLE is "yes"')
})
