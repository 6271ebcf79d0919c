<?php

declare(strict_types=1);

require_once __DIR__ . '/../CiEvents.php';

final class Database
{
    private const POSTGRES = '<<server>>' === 'postgres';
    private static bool $prepared = false;
    private static int $last = 0;

    public static function connect(): PDO
    {
        $name = '<<early>>' ?: '<<told_database>>';
        $dsn = (self::POSTGRES ? 'pgsql' : 'mysql') . ":host=<<told_host>>;port=<<told_port>>;dbname=$name";
        $link = new PDO($dsn, '<<told_user>>', '<<told_password>>', [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION, PDO::ATTR_TIMEOUT => 3]);
        self::log('debug', str_replace('{}', (string) ++self::$last, '<<say_acquire>>'));
        return $link;
    }

    public static function run(PDO $link, string $sql): void
    {
        $link->exec($sql);
    }

    public static function number(PDO $link, string $sql): int
    {
        return (int) $link->query($sql)->fetchColumn();
    }

    public static function sleep(float $seconds): string
    {
        return self::POSTGRES ? "SELECT 1 FROM pg_sleep($seconds)" : "SELECT SLEEP($seconds)";
    }

    public static function lockTimeout(int $seconds): string
    {
        return self::POSTGRES ? "SET lock_timeout = '{$seconds}s'" : "SET innodb_lock_wait_timeout = $seconds";
    }

    public static function log(string $level, string $text): void
    {
        if ($level === 'debug' && '<<log_level>>' !== 'debug') {
            return;
        }
        @mkdir('var');
        file_put_contents('<<log_file>>', <<log_line>>, FILE_APPEND);
    }

    public static function prepare(): void
    {
        if (self::$prepared) {
            return;
        }
        self::log('info', 'database <<told_host>>:<<told_port>>/<<told_database>>');
        <<schema>>
        self::$prepared = true;
    }

    private static function createSchema(): void
    {
        $link = self::connect();
        $key = self::POSTGRES ? 'serial' : 'int AUTO_INCREMENT';
        foreach ([<<tables_list>>] as $table) {
            self::run($link, "CREATE TABLE IF NOT EXISTS $table (id $key PRIMARY KEY, name varchar(200), amount int)");
        }
    }

    private static function waitForServer(): void
    {
        for ($attempt = 1; $attempt < 60; $attempt++) {
            try {
                self::connect();
                return;
            } catch (Throwable $error) {
                self::log('warning', str_replace('{}', (string) $attempt, '<<say_retry>>') . ': ' . $error->getMessage());
                usleep(250000);
            }
        }
    }
}
