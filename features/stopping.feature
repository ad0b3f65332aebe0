Feature: Stopping and dying
  Whether the service is stopped or dies: nothing accepted is lost. A clean stop repeats
  nothing; after a death only what was just being handed over is in doubt.

  Background:
    Given emails are handed over two at a time

  Rule: A clean stop finishes what it has begun and repeats nothing

    Scenario: In the middle of ten emails
      Given the mail provider falls silent after 3 emails
      And 10 people are being told by email
      When the service is asked to stop
      And the mail provider is well again
      Then 5 people have received 1 email

    Scenario: The others are told when it is started again
      Given the mail provider falls silent after 3 emails
      And 10 people are being told by email
      When the service is asked to stop
      And the mail provider is well again
      And the service is started anew
      Then everybody has received 1 email
      And the mail provider has been asked 10 times
      And every email was sent at attempt 1

  Rule: What a dead worker had in hand is rescued when its lease is over

    Scenario: Not while it may still live
      Given the mail provider falls silent after 3 emails
      And 10 people are being told by email
      When the worker dies
      And the mail provider is well again
      And another worker works for 59 seconds
      Then the mail provider has been asked 5 times

    Scenario: After a minute everybody is told
      Given the mail provider falls silent after 3 emails
      And 10 people are being told by email
      When the worker dies
      And the mail provider is well again
      And another worker works for 61 seconds
      Then everybody has received at least 1 email
      And nobody has received more than 2 emails

    Scenario: An SMS in doubt is not sent again
      Given the SMS provider falls silent after 0 SMS
      And Grace is being told by SMS of the event "order-1"
      When the worker dies
      And the SMS provider is well again
      And another worker works for 61 seconds
      Then the SMS provider has been asked once
      And the SMS of "order-1" waits for its provider's answer

  Rule: Nothing is accepted that cannot be kept

    Scenario: The store is away
      Given the store is away
      When Ada is told by email that "Your parcel has arrived"
      Then Ada has received nothing

    Scenario: The store comes back
      Given the store is away
      And Ada is told by email that "Your parcel has arrived"
      When the store comes back
      Then Ada has received 1 email

    Scenario: The store comes back, and the worker is another one
      Given the store is away
      And Ada is told by email that "Your parcel has arrived"
      When the worker dies
      And the store comes back
      Then Ada has received 1 email
