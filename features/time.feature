Feature: Not too early, not too late
  A producer may say from when on an event may be told, and from when on it is of no use.

  Rule: Nothing is told before its hour

    Scenario: Just before
      When Ada is told by email of an event that may be told in 10 minutes
      And 599 seconds pass
      Then Ada has received nothing

    Scenario: On the hour
      When Ada is told by email of an event that may be told in 10 minutes
      And 600 seconds pass
      Then Ada has received 1 email

  Rule: What has expired is not told

    Scenario: It was too late when it came
      When Ada is told by email of the event "sale" that expired a minute ago
      Then Ada has received nothing
      And the email of "sale" has failed as expired

    Scenario: Just in time
      Given Ada was told 10 things by email
      When Ada is told by email of the event "sale" that expires in 62 seconds
      And 2 minutes pass
      Then Ada has received 11 emails

    Scenario: Its time passed while it was held
      Given Ada was told 10 things by email
      When Ada is told by email of the event "sale" that expires in 60 seconds
      And 2 minutes pass
      Then Ada has received 10 emails
      And the email of "sale" has failed as expired

    Scenario: The next attempt would come too late
      Given the mail provider is busy for 2 attempts
      When Ada is told by email of the event "sale" that expires in 2 seconds
      And 1 second passes
      Then the email of "sale" has failed as expired
      And the mail provider has been asked twice

  Rule: A service that starts finds the machine's clock set, and tells nobody twice

    Scenario Outline: What was told is not told again
      Given Ada was told by email of the event "order-1"
      When the service is started anew, the machine's clock set 1 hour <way>
      And the event "order-1" is published again
      And everything is delivered once more
      And 2 hours pass
      Then Ada has received 1 email

      Examples:
        | way     |
        | back    |
        | forward |

    Scenario Outline: What was held is told in the end
      Given Ada was told 25 things by email
      When the service is started anew, the machine's clock set 1 hour <way>
      And 64 minutes pass
      Then Ada has received 25 emails

      Examples:
        | way     |
        | back    |
        | forward |

    Scenario: What was held is told at once where its time has come
      Given Ada was told 11 things by email
      When the service is started anew, the machine's clock set 1 hour forward
      Then Ada has received 11 emails

    Scenario Outline: What waits for its hour is told at it
      Given Ada was told by email of an event that may be told in 10 minutes
      When the service is started anew, the machine's clock set 1 hour back
      And <minutes> minutes pass
      Then Ada has received <count> emails

      Examples:
        | minutes | count |
        | 69.9    | 0     |
        | 70      | 1     |

    Scenario Outline: The rate rule holds nobody until the time that was
      Given Ada was told 10 things by email
      When the service is started anew, the machine's clock set 1 hour back
      And Ada is told by email that "Your parcel has arrived"
      And <seconds> seconds pass
      Then Ada has received <count> emails

      Examples:
        | seconds | count |
        | 60.9    | 10    |
        | 61      | 11    |

    Scenario: What waits for a busy provider is tried again in the end
      Given the mail provider is busy for 1 attempt
      And Ada was told by email of the event "order-1"
      When the service is started anew, the machine's clock set 1 hour back
      And 61 minutes pass
      Then Ada has received 1 email
      And the mail provider has been asked twice

    Scenario Outline: What a dead worker had in hand is rescued at once
      Given the mail provider falls silent after 3 emails
      And 10 people are being told by email
      And the worker has died
      And the mail provider is well again
      When another worker takes over, the machine's clock set 1 hour <way>
      Then everybody has received at least 1 email
      And nobody has received more than 2 emails

      Examples:
        | way     |
        | back    |
        | forward |
