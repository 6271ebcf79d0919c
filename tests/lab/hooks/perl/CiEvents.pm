package CiEvents;
# Writes what really happens in a Perl test process as JSON lines, unseen by its logs.
# Loaded by PERL5OPT; a subtest is a test. Outcomes come from the TAP that the harness keeps.
use strict;
use warnings;
use Time::HiRes ();

our ($current, $last_error);
$SIG{__DIE__} = sub { $last_error = "$_[0]" unless $^S; };

sub emit {
    my ($event, $facts) = @_;
    my $folder = $ENV{CI_EVENTS} or return;
    (my $name = $current // '') =~ s/["\\]/ /g;
    my $test = defined $current ? qq("$name") : 'null';
    open my $out, '>>', "$folder/$$.jsonl" or return;
    printf $out qq({"t": %.3f, "ev": "%s", "pid": %d, "worker": "%s", "test": %s%s}\n),
        Time::HiRes::time(), $event, $$, $0, $test, $facts // '';
    close $out;
}

# A failed test, or (in END) a file that died outside of its tests.
sub failed {
    my ($text) = @_;
    (my $message = (split /\n/, $text // '')[0] // '') =~ s/["\\\t\r]/ /g;
    my $code = defined $DBI::state && $DBI::state =~ /^[0-9A-Z]{5}$/ ? qq("$DBI::state") : $DBI::err ? qq("$DBI::err") : 'null';
    $code = qq("$DBI::err") if $DBI::err && $DBI::err > 1000;
    emit('end', qq(, "outcome": "failed", "chain": [{"class": "", "message": "$message", "code": $code}]));
}

END { failed($last_error) if $? && !defined $current && defined $last_error }

sub begin { $current = shift; emit('begin') }
sub over { emit('over'); undef $current }

1;
