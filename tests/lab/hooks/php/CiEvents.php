<?php
// Writes what really happens in a PHP test process as JSON lines, unseen by its logs: PHPUnit's extension.

use PHPUnit\Runner\AfterTestErrorHook;
use PHPUnit\Runner\AfterTestFailureHook;
use PHPUnit\Runner\AfterTestHook;
use PHPUnit\Runner\BeforeTestHook;

final class CiEvents implements BeforeTestHook, AfterTestHook, AfterTestErrorHook, AfterTestFailureHook
{
    private static ?string $current = null;

    public static function emit(string $event, array $facts = []): void
    {
        $folder = getenv('CI_EVENTS');
        if ($folder === false) {
            return;
        }
        $record = ['t' => microtime(true), 'ev' => $event, 'pid' => getmypid(), 'worker' => 'main', 'test' => self::$current];
        file_put_contents($folder . '/' . getmypid() . '.jsonl', json_encode($facts + $record) . "\n", FILE_APPEND);
    }

    public function executeBeforeTest(string $test): void
    {
        self::$current = $test;
        self::emit('begin');
    }

    public function executeAfterTestError(string $test, string $message, float $time): void
    {
        self::emit('end', ['test' => $test, 'outcome' => 'failed', 'chain' => [['class' => '', 'message' => explode("\n", $message)[0], 'code' => null]]]);
    }

    public function executeAfterTestFailure(string $test, string $message, float $time): void
    {
        self::executeAfterTestError($test, $message, $time);
    }

    public function executeAfterTest(string $test, float $time): void
    {
        self::emit('over');
        self::$current = null;
    }
}
