const events = require('../events.cjs');

events.watchEmitter(require('pg').Pool.prototype);
