"""A whole OpenStack Swift with its S3 door in one process: a real object store that checks AWS's Signature Version 4.

Debian's python3-swift is enough. Usage: swift.py <empty folder> <access key> <secret>. Prints `listening <port>`, and ends
when its standard input does, so that no test leaves it behind.
"""

import eventlet

eventlet.monkey_patch()

import logging
import os
import sys

from eventlet import wsgi
from swift.common import constraints, utils
from swift.common.ring import RingBuilder

ACCOUNT = 'crier'
home, access_key, secret = sys.argv[1:4]
user = access_key.split(':')[1]


class Memory:
    """What Swift asks of memcached; nothing has to be kept."""

    def get(self, key, *_, **__):
        return None

    def set(self, key, value, *_, **__):
        return None

    def incr(self, key, delta=1, *_, **__):
        return delta

    def delete(self, key, *_, **__):
        return None

    def get_multi(self, keys, *_, **__):
        return [None for _ in keys]

    def set_multi(self, *_, **__):
        return None


def with_memory(app):
    memory = Memory()

    def call(env, start_response):
        env['swift.cache'] = memory
        return app(env, start_response)

    return call


def hash_salt():
    path = os.path.join(home, 'swift.conf')
    with open(path, 'w') as file:
        file.write('[swift-hash]\nswift_hash_path_prefix = crier\nswift_hash_path_suffix = test\n'
                   '[storage-policy:0]\nname = one\ndefault = yes\n')
    utils.SWIFT_CONF_FILE = constraints.SWIFT_CONF_FILE = path
    from swift.common import storage_policy
    storage_policy.SWIFT_CONF_FILE = path
    storage_policy.reload_storage_policies()
    utils.validate_hash_conf()


def ring(name, port):
    builder = RingBuilder(1, 1, 1)
    builder.add_dev({'region': 1, 'zone': 1, 'weight': 1.0, 'ip': '127.0.0.1', 'port': port, 'device': 'sda'})
    builder.rebalance()
    builder.get_ring().save(os.path.join(home, name + '.ring.gz'))


def serve(socket, app):
    log = open(os.devnull, 'w')
    eventlet.spawn(wsgi.server, socket, app, log, log_output=False, protocol=protocol())


def protocol():
    from swift.common.http_protocol import SwiftHttpProtocol
    return SwiftHttpProtocol


def main():
    logging.disable(logging.CRITICAL)
    os.makedirs(os.path.join(home, 'devices', 'sda'))
    hash_salt()
    listening = {name: eventlet.listen(('127.0.0.1', 0)) for name in ('account', 'container', 'object', 'proxy')}
    for name in ('account', 'container', 'object'):
        ring(name, listening[name].getsockname()[1])

    from swift.account.server import AccountController
    from swift.container.server import ContainerController
    from swift.obj.server import ObjectController
    from swift.proxy.server import Application
    conf = {'swift_dir': home, 'devices': os.path.join(home, 'devices'), 'mount_check': 'false',
            'fallocate_reserve': '0', 'disable_fallocate': 'true', 'allow_account_management': 'true',
            'account_autocreate': 'true', 'log_level': 'CRITICAL'}
    logger = utils.get_logger(conf, 'swift')
    serve(listening['account'], AccountController(conf, logger))
    serve(listening['container'], ContainerController(conf, logger))
    serve(listening['object'], ObjectController(conf, logger))

    app = Application(conf, logger)
    app.check_config()
    from importlib import import_module
    layers = ['symlink', 'versioned_writes', 'slo', 'copy', 'tempauth', 's3api.s3api', 'bulk', 'listing_formats',
              'gatekeeper', 'catch_errors']
    settings = {
        'tempauth': {'user_%s_%s' % (ACCOUNT, user): secret + ' .admin'},
        's3api.s3api': {'s3_acl': 'false', 'location': 'us-east-1', 'check_bucket_owner': 'false',
                        'auth_pipeline_check': 'false', 'cors_preflight_allow_origin': ''},
    }
    for layer in layers:
        module = import_module('swift.common.middleware.' + layer)
        app = module.filter_factory({'log_level': 'CRITICAL', **conf}, **settings.get(layer, {}))(app)
    serve(listening['proxy'], with_memory(app))
    print('listening %d' % listening['proxy'].getsockname()[1], flush=True)
    from eventlet.green import os as green_os
    os.set_blocking(0, False)
    while green_os.read(0, 1):
        pass


main()
