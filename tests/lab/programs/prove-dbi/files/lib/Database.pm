package Database;
use strict;
use warnings;
use CiEvents;
use DBI;
use Exporter 'import';
use POSIX 'strftime';
use Test::More;
use Time::HiRes 'sleep';

our @EXPORT_OK = qw(connection note_line number prepare case pause upsert lock_timeout);
my $driver = '<<server>>' eq 'postgres' ? 'Pg' : 'MariaDB';
my @tables = @{ <<tables_json>> };
my ($last, $out) = (0);

sub file { open my $handle, '>>', shift or die $!; $handle->autoflush(1); return $handle }

sub note_line {
    my ($level, $text) = @_;
    return if $level eq 'DEBUG' && '<<log_level>>' ne 'debug';
    $out //= <<log_to>>;
    print {$out} <<log_line>> . "\n";
}

sub connection {
    <<early>>
    my $database = $driver eq 'Pg' ? 'dbname' : 'database';
    my $dbh = DBI->connect("dbi:$driver:$database=$ENV{DB_NAME};host=$ENV{DB_HOST};port=$ENV{DB_PORT}",
        $ENV{DB_USER}, $ENV{DB_PASSWORD}, { RaiseError => 1, PrintError => 0, AutoCommit => 1 });
    note_line(DEBUG => sprintf '<<say_acquire>>' =~ s/\{\}/%s/r, ++$last);
    return $dbh;
}

sub number {
    my ($dbh, $sql, @values) = @_;
    return ($dbh->selectrow_array($sql, undef, @values))[0];
}

sub pause { my ($dbh, $seconds) = @_; $dbh->selectrow_array($driver eq 'Pg' ? "SELECT pg_sleep($seconds)" : "SELECT SLEEP($seconds)") }

sub lock_timeout { my ($dbh, $seconds) = @_; $dbh->do($driver eq 'Pg' ? "SET lock_timeout = '${seconds}s'" : "SET innodb_lock_wait_timeout = $seconds") }

sub upsert {
    my ($dbh, $table, $key) = @_;
    $dbh->do($driver eq 'Pg' ? "INSERT INTO $table (id, name) VALUES ($key, 'a') ON CONFLICT (id) DO UPDATE SET amount = 1"
        : "INSERT INTO $table (id, name) VALUES ($key, 'a') ON DUPLICATE KEY UPDATE amount = 1");
}

sub create_schema {
    my $dbh = connection();
    my $key = $driver eq 'Pg' ? 'serial' : 'int AUTO_INCREMENT';
    $dbh->do('SELECT pg_advisory_lock(6)') if $driver eq 'Pg';
    $dbh->do('SET client_min_messages = warning') if $driver eq 'Pg';
    $dbh->do("CREATE TABLE IF NOT EXISTS $_ (id $key PRIMARY KEY, name varchar(120), amount int)") for @tables;
    $dbh->do("SELECT setval('${_}_id_seq', 20000 + (random() * 90000)::int)") for $driver eq 'Pg' ? @tables : ();
    $dbh->disconnect;
}

sub wait_for_server {
    for my $attempt (1 .. 60) {
        return if eval { connection()->ping };
        note_line(WARN => sprintf('<<say_retry>>' =~ s/\{\}/%s/r, $attempt) . ': ' . ($DBI::errstr // ''));
        sleep 0.3;
    }
}

sub prepare {
    <<schema>>
}

sub case {
    my ($name, $code) = @_;
    subtest $name => sub {
        CiEvents::begin($name);
        <<log_tests>>
        unless (eval { $code->(); 1 }) {
            my $error = $@;
            CiEvents::failed($error);
            fail('no exception');
            diag($error);
        }
        CiEvents::over();
    };
}

1;
